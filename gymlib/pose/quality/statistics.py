"""The statistics of a data set's pose tracks, in one tidy table, beside those of real tracks."""

import json
from functools import partial
from importlib import resources

import numpy as np
import pandas as pd

from gymlib.pose.quality import tracks
from gymlib.pose.quality.tracks import PHASES, Breaks, Track
from gymlib.skeleton import INDEX

LARGE = 1 / 6  # torso / picture height: real clips fall in two groups, 0.09 and 0.24
SMALL = 1 / 9  # below this a body is small; real tracks of small bodies break twice as often
JITTER_OF = {"shoulder": "shoulder", "wrist": "wrist", "ankle": "ankle", "toe": "foot_index"}

COLUMNS = ["group", "statistic", "value"]


def published() -> pd.DataFrame:
    """Statistics of real tracks: group, statistic, real, unit, note (what moves the number)."""
    text = resources.files("gymlib.pose.quality").joinpath("real_tracks.json").read_text("utf-8")
    return pd.DataFrame(json.loads(text)["statistics"])


def statistics_table(clips: list[Track]) -> pd.DataFrame:
    """Every statistic of a list of tracks: columns group, statistic, value.

    The rows are those of :func:`published`. Clips with fewer than three frames with a pose, or
    a torso below a pixel, count in "frames without a pose" only. A statistic without a single
    case (no clip with a full rotation, no small body) is NaN.

    Raises ValueError if there is no track at all.
    """
    if not clips:
        raise ValueError("expected at least one track, found none")
    poses = {clip.clip: tracks.usable(clip) for clip in clips}
    usable = [clip for clip in clips if _measurable(poses[clip.clip])]
    kept = [poses[clip.clip] for clip in usable]
    relative = np.array(
        [tracks.clip_torso(p) / clip.picture_height for p, clip in zip(kept, usable)]
    )
    missing = 1 - sum(len(p) for p in poses.values()) / sum(len(c.detected) for c in clips)
    rows = {("detection", "frames without a pose"): missing}
    rows |= _lengths(kept) | _sizes(relative) | _proportions(kept) | _motion(kept)
    rows |= _breaks(kept, relative) | _rotation(kept)
    return pd.DataFrame([(*key, float(value)) for key, value in rows.items()], columns=COLUMNS)


def compare(
    table: pd.DataFrame, reference: pd.DataFrame | None = None, factor: float = 1.5
) -> pd.DataFrame:
    """A statistics table beside the published one.

    Adds columns real, unit, note, ratio (value / real) and differs: True where the ratio lies
    outside 1 / factor .. factor. NaN values differ nowhere; 0 against a positive value differs.
    """
    reference = published() if reference is None else reference
    merged = reference.merge(table, on=["group", "statistic"], how="left", validate="1:1")
    merged["ratio"] = merged["value"] / merged["real"]
    merged["differs"] = (merged["ratio"] > factor) | (merged["ratio"] < 1 / factor)
    return merged


def differences(compared: pd.DataFrame) -> str:
    """The rows of :func:`compare` that differ, as a Markdown list with what moves each number."""
    lines = [
        f"- **{row.group}: {row.statistic}** is {row.value:.3g}, real {row.real:.3g} "
        f"({row.ratio:.2f} times). It depends on {row.note}."
        for row in compared[compared["differs"]].itertuples()
    ]
    return "\n".join(lines)


def _measurable(poses) -> bool:
    return len(poses) >= 3 and tracks.clip_torso(poses) >= tracks.MINIMUM_TORSO


def _pooled(arrays, summary=np.median) -> float:
    """A summary over all values of all clips; NaN if there is none."""
    values = np.concatenate([np.ravel(a) for a in arrays]) if len(arrays) else np.array([])
    return float(summary(values)) if len(values) else np.nan


_p5, _p10, _p90, _p95 = (partial(np.percentile, q=q) for q in (5, 10, 90, 95))


def _lengths(kept) -> dict:
    lengths = [[len(p)] for p in kept]
    summaries = {
        "shortest": np.min, "5th percentile": _p5, "median": np.median, "mean": np.mean,
        "95th percentile": _p95, "longest": np.max,
    }  # fmt: skip
    return {("clip length", name): _pooled(lengths, f) for name, f in summaries.items()}


def _sizes(relative) -> dict:
    return {
        ("size", "torso of large bodies"): _pooled([relative[relative >= LARGE]]),
        ("size", "torso of small bodies"): _pooled([relative[relative < LARGE]]),
    }


def _proportions(kept) -> dict:
    measured = [tracks.proportions(p) for p in kept]
    names = [*tracks.PROPORTIONS, "nose to shoulder line", "shoulder width"]
    return {("proportions", name): _pooled([m[name] for m in measured]) for name in names}


def _motion(kept) -> dict:
    """Displacement, residual and per-joint jitter in the phases of motion."""
    moved, phase = [tracks.displacement(p) for p in kept], [tracks.phases(p) for p in kept]
    # A residual belongs to the transition that leads into its frame.
    jitter = [tracks.residual(p) for p in kept]
    rows = {}
    for number, name in enumerate(PHASES):
        values = [m[ph == number] for m, ph in zip(moved, phase)]
        rows["displacement", f"{name}, median"] = _pooled(values)
        rows["displacement", f"{name}, 90th percentile"] = _pooled(values, _p90)
    for number, name in ((0, "still"), (2, "fast")):
        values = [r[ph[:-1] == number] for r, ph in zip(jitter, phase)]
        rows["residual", f"{name}, median"] = _pooled(values)
        rows["residual", f"{name}, 90th percentile"] = _pooled(values, _p90)
    for name, point in JITTER_OF.items():
        pair = [INDEX[f"left_{point}"], INDEX[f"right_{point}"]]
        values = [m[ph == 0][:, pair] for m, ph in zip(moved, phase)]
        rows["displacement when still", name] = _pooled(values)
    return rows


_BREAK_NAMES = {
    "leg_swap": "left and right legs swapped",
    "arm_swap": "left and right arms swapped",
    "torso_turn": "torso turns over 60 degrees",
    "pose_jump": "pose jumps over half a torso",
    "torso_collapse": "torso collapsed",
}


def _breaks(kept, relative) -> dict:
    broken = [tracks.breaks(p) for p in kept]
    rows = {}
    for field in Breaks._fields:
        found = [getattr(b, field) for b in broken]
        rows["broken transitions", _BREAK_NAMES[field]] = _pooled(found, np.mean)
        if field in ("leg_swap", "torso_turn"):
            with_any = [[f.any()] for f in found]
            rows["broken transitions", f"clips: {_BREAK_NAMES[field]}"] = _pooled(with_any, np.mean)
    overall = [b.any for b in broken]
    for name, values in {
        "any": overall,
        "any, small bodies": [[b.mean()] for b, size in zip(overall, relative) if size < SMALL],
        "any, large bodies": [[b.mean()] for b, size in zip(overall, relative) if size >= SMALL],
        "clips with at least one": [[b.any()] for b in overall],
    }.items():
        rows["broken transitions", name] = _pooled(values, np.mean)
    return rows


def _rotation(kept) -> dict:
    turned = [tracks.rotation(p) for p in kept]
    net = np.array([t.net for t in turned])
    span, full = np.array([t.range for t in turned]), np.abs(net) >= 250
    frames = np.array([t.frames for t in turned])[full]
    one_way = max((net[full] > 0).mean(), (net[full] < 0).mean()) if full.any() else np.nan
    below = [tracks.upside_down(p) for p in kept]
    found = {
        "clips with a net turn of 250 degrees": _pooled([full], np.mean),
        "of these one way": one_way,
        "clips with a range of 300 degrees": _pooled([span >= 300], np.mean),
        "clips with a range of 180 to 300": _pooled([(span >= 180) & (span < 300)], np.mean),
        "clips with a range below 180": _pooled([span < 180], np.mean),
        "frames for 70%, 10th percentile": _pooled([frames], _p10),
        "frames for 70%, median": _pooled([frames]),
        "frames for 70%, 90th percentile": _pooled([frames], _p90),
        "frames with the nose below the hips": _pooled(below, np.mean),
    }
    return {("rotation", name): value for name, value in found.items()}
