"""Extractors of poses beside each other on the same clips, with the truth and without."""

from collections.abc import Collection, Mapping, Sequence

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float

from gymlib.dataset.schemas import VISIBILITY
from gymlib.labels import SKILL, encode, segments
from gymlib.pose.quality import accuracy, statistics, tracks
from gymlib.pose.quality.tracks import Track
from gymlib.skeleton import INDEX

ALL = "all frames"
ROTATION = 45.0
"""Degrees by which a skill's rotation may be off."""
WITHOUT_TRUTH = {
    "frames without a pose (%)": ("detection", "frames without a pose"),
    "jitter when still, median (% of torso)": ("residual", "still, median"),
    "jitter when still, 90th percentile (% of torso)": ("residual", "still, 90th percentile"),
    "broken transitions (%)": ("broken transitions", "any"),
}
"""What :func:`without_truth` calls the rows of :func:`statistics.statistics_table`."""
LIMBS = "change of a limb's length per frame, 90th percentile (%)"

_LIMBS = [
    [INDEX[f"{side}_{joint}"] for joint in joints]
    for joints in tracks.PROPORTIONS.values()
    for side in ("left", "right")
]


def drawn_clips(
    clips: pd.DataFrame, number: int, without: Collection[str] = (), seed: int = 0
) -> list[str]:
    """Clips drawn by chance, as evenly over the videos as can be, in the order of clips.csv.

    Those ``without`` are not drawn; the result is shorter if too few others are left.
    """
    left = clips[~clips["clip"].isin(list(without))]
    shuffled = left.iloc[np.random.default_rng(seed).permutation(len(left))]
    turn = shuffled.groupby("video", sort=False).cumcount()  # 0 for the first of each video
    drawn = set(shuffled.loc[turn.sort_values(kind="stable").index[:number], "clip"])
    return [clip for clip in clips["clip"] if clip in drawn]


def angle_error(track: Track, truth: Track) -> Float[np.ndarray, " frames"]:
    """By how much the torso's angle is wrong, 0 to 180 degrees; NaN in frames without a pose."""
    apart = tracks.seen_angle(track) - tracks.seen_angle(truth)
    return np.abs((apart + 180) % 360 - 180)


def by_group(
    found: Mapping[str, Sequence[Track]],
    labels: pd.DataFrame,
    clips: pd.DataFrame,
    truth: Sequence[Track] = (),
) -> pd.DataFrame:
    """How good each extractor is: over all frames, by label and, with a truth, by inclination.

    Rows (group, extractor); columns of :func:`accuracy.shares`, and angle: the torso angle's error
    in degrees that 95% of the frames with a pose stay below. NaN is what a truth is needed for.
    All extractors have found the same clips; ``labels`` and ``truth`` are frame_table's.
    """
    tables, true = {}, {track.clip: track for track in truth}
    for name, own in found.items():
        frames = accuracy.frame_table(list(own), labels, clips, list(truth)).assign(all=ALL)
        errors = [angle_error(track, true[track.clip]) for track in own if truth]
        frames["angle"] = np.concatenate(errors) if errors else np.nan
        groupings = ("all", "label", "inclination") if truth else ("all", "label")
        tables[name] = pd.concat([_shares(frames, by) for by in groupings])
    table = pd.concat(tables).swaplevel()
    order = pd.MultiIndex.from_product([next(iter(tables.values())).index, tables])
    return table.reindex(order).rename_axis(["group", "extractor"])


def _shares(frames: pd.DataFrame, by: str) -> pd.DataFrame:
    table = accuracy.shares(frames, by)
    return table.assign(angle=frames.groupby(by)["angle"].quantile(0.95).reindex(table.index))


def turned(track: Track, start: int, end: int) -> float:
    """By how much the torso turns between two frames, degrees; over gaps, by the shorter way.

    Two turns are 720. NaN with fewer than two poses.
    """
    seen = tracks.usable_frames(track)
    if len(seen) < 2:
        return float("nan")
    angle = np.unwrap(np.radians(tracks.torso_angle(tracks.usable(track))))
    return float(np.degrees(np.diff(np.interp([start, end], seen, angle))[0]))


def rotations(
    found: Mapping[str, Sequence[Track]], truth: Sequence[Track], labels: pd.DataFrame
) -> pd.DataFrame:
    """A row per extractor and labelled skill: extractor, clip, start, end, true, turned, right.

    ``true`` and ``turned`` are :func:`turned`; right if less than :data:`ROTATION` apart.
    """
    true, rows = {track.clip: track for track in truth}, []
    tracked = {(name, track.clip): track for name, own in found.items() for track in own}
    for clip, own in labels[labels["clip"].isin(true)].groupby("clip", sort=False):
        for start, end, label in segments(encode(own.sort_values("frame")["label"])):
            for name in found if label == SKILL else ():
                ways = [turned(one, start, end) for one in (true[clip], tracked[name, clip])]
                rows.append((name, clip, start, end, *ways, abs(ways[0] - ways[1]) < ROTATION))
    columns = ["extractor", "clip", "start", "end", "true", "turned", "right"]
    return pd.DataFrame(rows, columns=columns)


def confidences(
    table: pd.DataFrame, clips: pd.DataFrame, truth: Sequence[Track]
) -> tuple[Float[np.ndarray, " keypoints"], Bool[np.ndarray, " keypoints"]]:
    """Visibility of every keypoint of a table like keypoints.parquet, and whether it is right.

    Right is within 0.2 torso lengths of the truth; frames without a pose are left out.
    """
    rows = [table[table["clip"] == clip].sort_values("frame") for clip in clips["clip"]]
    visibility = pd.concat(rows)[VISIBILITY].to_numpy(np.float64)
    error = accuracy.all_errors(tracks.from_tables(table, clips), list(truth))
    known = np.isfinite(error)
    return visibility[known], error[known] <= accuracy.THRESHOLD


def limb_change(keypoints: Float[np.ndarray, "frames 33 2"]) -> Float[np.ndarray, "transitions 8"]:
    """Change of the lengths of arms and legs from frame to frame, as a share of their median.

    Bones keep their length and their pictures shorten slowly, so large changes are errors.
    """
    bones = np.diff(keypoints[:, _LIMBS], axis=2)[:, :, 0]  # (frames, 8, 2 ends, 2) -> (..., 8, 2)
    length = np.linalg.norm(bones, axis=-1)
    return np.abs(np.diff(length, axis=0)) / np.median(length, axis=0)


def without_truth(found: Mapping[str, Sequence[Track]]) -> pd.DataFrame:
    """What can be said of extractors (columns) without a truth, per measure; NaN without a case."""
    columns = {}
    for name, own in found.items():
        table = statistics.statistics_table(list(own)).set_index(["group", "statistic"])["value"]
        changes = [
            limb_change(tracks.usable(track)).ravel() for track in own if track.detected.any()
        ]
        limbs = np.percentile(np.concatenate(changes), 90) if changes else np.nan
        values = {words: table[key] for words, key in WITHOUT_TRUTH.items()}
        columns[name] = {words: 100 * value for words, value in (values | {LIMBS: limbs}).items()}
    return pd.DataFrame(columns)
