"""Where poses are found and how far they are from a known truth.

PCK, the percentage of correct keypoints, counts a keypoint as correct within 0.2 torso lengths
of the truth (Sapp and Taskar 2013, "MODEC", section 5.1, there per picture). The torso length
is the clip's, because a torso seen from above is short in the picture but not in the world.
"""

from typing import Literal

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float, Shaped

from gymlib.labels import CLASSES, UNLABELED
from gymlib.pose.quality.tracks import Track, clip_torso, inclination
from gymlib.skeleton import KEYPOINTS, mirror, torso_length

THRESHOLD = 0.2  # torso lengths
UPRIGHT, LEVEL, INVERTED = INCLINATIONS = ("upright", "level", "inverted")
INCLINATION_LIMITS = (60, 120)  # degrees from the vertical
_ORDER = (*CLASSES, UNLABELED, *INCLINATIONS)  # of groups; others come as they occur


def errors(
    predicted: Float[np.ndarray, "frames 33 2"],
    truth: Float[np.ndarray, "frames 33 2"],
    detected: Bool[np.ndarray, " frames"],
) -> Float[np.ndarray, "frames 33"]:
    """Distance of each keypoint from the truth in torso lengths of the clip.

    Both in the same square unit (pixels). Infinite where no pose was found, NaN where the truth
    is NaN (keypoint unknown).
    """
    truth = truth.astype(np.float64)
    known = truth[np.isfinite(torso_length(truth))]
    if len(known) == 0:
        return np.full(truth.shape[:2], np.nan)
    distance = np.linalg.norm(predicted - truth, axis=-1) / clip_torso(known)
    distance[~detected] = np.inf
    return np.where(np.isnan(truth).any(axis=-1), np.nan, distance)


def all_errors(tracks: list[Track], truth: list[Track]) -> Float[np.ndarray, "frames 33"]:
    """:func:`errors` of all clips, one after the other in the order of ``tracks``."""
    true = {track.clip: track for track in truth}
    return np.concatenate([errors(t.keypoints, true[t.clip].keypoints, t.detected) for t in tracks])


def pck(
    error: Float[np.ndarray, "frames points"],
    threshold: float = THRESHOLD,
    missing: Literal["miss", "skip"] = "miss",
) -> float:
    """Share of keypoints within ``threshold`` torso lengths of the truth, 0 to 1.

    Parameters
    ----------
    missing : frames without a pose count as misses, or are left out ("skip": how good are the
        poses that were found). Unknown keypoints (NaN) are always left out; NaN if none is left.
    """
    if missing not in ("miss", "skip"):
        raise ValueError(f"missing must be 'miss' or 'skip', found {missing!r}")
    counted = ~np.isnan(error) if missing == "miss" else np.isfinite(error)
    return float((error[counted] <= threshold).mean()) if counted.any() else float("nan")


def pck_curve(
    error: Float[np.ndarray, "frames points"], thresholds: Float[np.ndarray, " thresholds"]
) -> Float[np.ndarray, " thresholds"]:
    """PCK at several thresholds (torso lengths); a frame without a pose has no keypoint right."""
    return np.array([pck(error, float(threshold)) for threshold in thresholds])


PARTS = {
    "head": ("nose", "eye", "ear", "mouth"),
    "shoulders": ("shoulder",),
    "elbows": ("elbow",),
    "hands": ("wrist", "pinky", "index", "thumb"),
    "hips": ("hip",),
    "knees": ("knee",),
    "ankles": ("ankle",),
    "feet": ("heel", "foot_index"),
}


def part_table(
    error: Float[np.ndarray, "frames 33"], inclination: Shaped[np.ndarray, " frames"]
) -> pd.DataFrame:
    """PCK of each part of the body (rows) by inclination (columns), where a pose was found."""
    own = {part: [_part(name) == part for name in KEYPOINTS] for part in PARTS}
    return pd.DataFrame(
        {
            kind: {
                part: pck(error[inclination == kind][:, own[part]], missing="skip") for part in own
            }
            for kind in INCLINATIONS
        }
    )


def _part(keypoint: str) -> str:
    """The part of a keypoint; "foot_index" is a toe, "left_index" a finger."""
    bare = keypoint.removeprefix("left_").removeprefix("right_")
    return next(part for part, names in PARTS.items() if bare.startswith(names) or bare in names)


def sides_exchanged(tracks: list[Track], truth: list[Track]) -> Float[np.ndarray, " frames"]:
    """1 where a pose fits the truth better with left and right exchanged, else 0.

    By the mean distance over all keypoints; all clips one after the other. NaN in frames
    without a pose or without a truth.
    """
    kept = all_errors(tracks, truth)
    other = all_errors([t._replace(keypoints=mirror(t.keypoints)) for t in tracks], truth)
    detected = np.concatenate([track.detected for track in tracks])
    judged = detected & ~np.isnan(kept).all(axis=1)
    result = np.full(len(kept), np.nan)
    result[judged] = np.nanmean(other[judged], axis=1) < np.nanmean(kept[judged], axis=1)
    return result


def inclination_class(degrees: Float[np.ndarray, " frames"]) -> list[str]:
    """upright below 60 degrees from the vertical, inverted above 120, level between."""
    return [INCLINATIONS[i] for i in np.digitize(degrees, INCLINATION_LIMITS)]


def nearest_seen(
    values: Float[np.ndarray, " frames"], detected: Bool[np.ndarray, " frames"]
) -> Float[np.ndarray, " frames"]:
    """Each frame's value taken from the nearest frame with a pose; NaN if there is none."""
    seen = np.flatnonzero(detected)
    if len(seen) == 0:
        return np.full(len(values), np.nan)
    distance = np.abs(np.arange(len(values))[:, None] - seen)  # (frames, seen)
    return values[seen[distance.argmin(axis=1)]]


def gap_lengths(detected: list[Bool[np.ndarray, " _"]]) -> list[int]:
    """Length in frames of every stretch without a pose, over all clips."""
    gaps = []
    for found in detected:
        edges = np.diff(np.concatenate([[0], ~found, [0]]))
        gaps += (np.flatnonzero(edges == -1) - np.flatnonzero(edges == 1)).tolist()
    return gaps


def frame_table(
    tracks: list[Track], labels: pd.DataFrame, clips: pd.DataFrame, truth: list[Track] | None = None
) -> pd.DataFrame:
    """One row per frame: clip, video, frame, label, detected, inclination, correct, found.

    Parameters
    ----------
    labels : labels.parquet; a frame without a row is "Unlabeled".
    truth : true tracks of the same clips, if known. Inclination is then the true one; otherwise
        that of the nearest frame with a pose, "unknown" in a clip without any.

    Returns
    -------
    correct is the share of the frame's keypoints within 0.2 torso (0 without a pose), NaN
    without a truth; error is the median distance over the keypoints in torso lengths.
    """
    true = {track.clip: track for track in truth or []}
    videos = clips.set_index("clip")["video"]
    parts = [_frames_of(track, true.get(track.clip), videos[track.clip]) for track in tracks]
    table = pd.concat(parts, ignore_index=True)
    table = table.merge(labels[["clip", "frame", "label"]], on=["clip", "frame"], how="left")
    return table.fillna({"label": "Unlabeled"})


def _frames_of(track: Track, true: Track | None, video: str) -> pd.DataFrame:
    table = pd.DataFrame({"clip": track.clip, "video": video, "detected": track.detected})
    table["frame"] = np.arange(len(table))
    if true is None:
        degrees = nearest_seen(inclination(track.keypoints), track.detected)
        return table.assign(inclination=_named(degrees), correct=np.nan, error=np.nan)
    if len(true.keypoints) != len(table):
        raise ValueError(
            f"clip {track.clip}: {len(table)} frames of keypoints, "
            f"{len(true.keypoints)} frames of truth; make the data set again"
        )
    error = errors(track.keypoints, true.keypoints, track.detected)
    return table.assign(
        inclination=_named(inclination(true.keypoints)),
        correct=[pck(frame[None]) for frame in error],
        error=[np.nan if np.isnan(frame).all() else np.nanmedian(frame) for frame in error],
    )


def _named(degrees) -> list[str]:
    names = np.array(inclination_class(degrees), dtype=object)
    return list(np.where(np.isnan(degrees), "unknown", names))


def shares(frames: pd.DataFrame, by: str) -> pd.DataFrame:
    """Per group of ``by`` (video, label, inclination): frames, detected, PCK, PCK where found."""
    groups = frames.groupby(by, sort=False)
    found = frames[frames["detected"]].groupby(by, sort=False)
    table = pd.DataFrame(
        {
            "frames": groups.size(),
            "detected": groups["detected"].mean(),
            "pck": groups["correct"].mean(),
            "pck where found": found["correct"].mean(),
        }
    )
    order = [name for name in _ORDER if name in table.index]
    return table.loc[order] if len(order) == len(table) else table
