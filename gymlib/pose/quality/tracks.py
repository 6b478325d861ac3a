"""What a pose track of one clip shows by itself: jitter, breaks, rotation, proportions.

Tracks are keypoints in pixels, where lengths and angles are true. Everything is measured in
torso lengths of the clip. Frames without a pose are left out first, as in the recovered
skeletons, whose authors deleted them: a transition may therefore span a gap.

The definitions behind the published statistics of real tracks (``real_tracks.json``)
were found by reproducing them on the 67 recovered clips; the tests repeat that.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float, Int
from scipy.ndimage import median_filter

from gymlib.dataset.completion import completed
from gymlib.dataset.keypoints import keypoint_array
from gymlib.skeleton import INDEX, KEYPOINTS, MIRROR, middle, to_pixels, torso_length

_TRUNK = [INDEX[name] for name in KEYPOINTS if "shoulder" in name or "hip" in name]
_KNEES_ANKLES = [INDEX[name] for name in KEYPOINTS if "knee" in name or "ankle" in name]
_ARMS = [INDEX[n] for n in KEYPOINTS if any(p in n for p in ("shoulder", "elbow", "wrist"))]

PHASES = ("still", "medium", "fast")
PHASE_LIMITS = (0.033, 0.136)  # torso lengths per frame: 30% of real transitions below, 15% above
PHASE_WINDOW = 7  # frames of the running median of the trunk's speed

MINIMUM_TORSO = 1.0  # pixels; a clip with a smaller torso has no usable scale


class Track(NamedTuple):
    """The pose of one clip with what is needed to measure it."""

    clip: str
    keypoints: Float[np.ndarray, "frames 33 2"]
    """Pixels, y downwards; anything where ``detected`` is False."""
    detected: Bool[np.ndarray, " frames"]
    picture_height: float
    """Pixels."""


class Breaks(NamedTuple):
    """Transitions at which the track breaks, one value per pair of neighbouring frames."""

    leg_swap: Bool[np.ndarray, " transitions"]
    """Exchanging left and right knees and ankles halves the distance to the frame before."""
    arm_swap: Bool[np.ndarray, " transitions"]
    """The same for shoulders, elbows and wrists."""
    torso_turn: Bool[np.ndarray, " transitions"]
    """The torso turns by more than 60 degrees."""
    pose_jump: Bool[np.ndarray, " transitions"]
    """The median keypoint moves more than half a torso, hip-centred."""
    torso_collapse: Bool[np.ndarray, " transitions"]
    """The torso is shorter than 0.35 of the clip's torso length after the transition."""

    @property
    def any(self) -> Bool[np.ndarray, " transitions"]:
        return np.logical_or.reduce(self)


class Rotation(NamedTuple):
    """How far and how fast the torso turned in a clip (degrees; frames)."""

    net: float
    range: float
    frames: float
    """From 15 to 85% of the net angle; NaN if the net angle is below 250 degrees."""


def usable_frames(track: Track) -> Int[np.ndarray, " kept"]:
    """Numbers of the frames with a pose and without NaN."""
    return np.flatnonzero(track.detected & np.isfinite(track.keypoints).all(axis=(1, 2)))


def usable(track: Track) -> Float[np.ndarray, "kept 33 2"]:
    """Keypoints of the frames with a pose and without NaN, float64."""
    return track.keypoints[usable_frames(track)].astype(np.float64)


def clip_torso(keypoints: Float[np.ndarray, "frames 33 2"]) -> float:
    """Torso length of a clip: the 75th percentile, because a foreshortened torso looks short."""
    return float(np.percentile(torso_length(keypoints), 75))


def torso_angle(keypoints: Float[np.ndarray, "*frames 33 2"]) -> Float[np.ndarray, "*frames"]:
    """Direction from mid-hip to mid-shoulder in degrees: 0 upright, positive to the right."""
    torso = middle(keypoints, "shoulder") - middle(keypoints, "hip")
    return np.degrees(np.arctan2(torso[..., 0], -torso[..., 1]))


def inclination(keypoints: Float[np.ndarray, "*frames 33 2"]) -> Float[np.ndarray, "*frames"]:
    """Angle of the torso to the vertical in degrees: 0 upright, 90 level, 180 upside down."""
    return np.abs(torso_angle(keypoints))


def turns(keypoints: Float[np.ndarray, "frames 33 2"]) -> Float[np.ndarray, " transitions"]:
    """Change of the torso's angle from frame to frame, -180 to 180 degrees."""
    return (np.diff(torso_angle(keypoints)) + 180) % 360 - 180


def hip_centred(keypoints: Float[np.ndarray, "frames 33 2"]) -> Float[np.ndarray, "frames 33 2"]:
    """Relative to the frame's mid-hip, in torso lengths of the clip."""
    return (keypoints - middle(keypoints, "hip")[:, None]) / clip_torso(keypoints)


def displacement(
    keypoints: Float[np.ndarray, "frames 33 2"],
) -> Float[np.ndarray, "transitions 33"]:
    """How far each keypoint moves from frame to frame, hip-centred, in torso lengths."""
    return np.linalg.norm(np.diff(hip_centred(keypoints), axis=0), axis=-1)


def residual(keypoints: Float[np.ndarray, "frames 33 2"]) -> Float[np.ndarray, "inner 33"]:
    """Distance to the middle of the neighbours in time, hip-centred, in torso lengths.

    Half the second difference: zero for even motion, so it shows jitter.
    """
    centred = hip_centred(keypoints)
    return np.linalg.norm(centred[1:-1] - (centred[:-2] + centred[2:]) / 2, axis=-1)


def phases(keypoints: Float[np.ndarray, "frames 33 2"]) -> Int[np.ndarray, " transitions"]:
    """0 still, 1 medium, 2 fast: by the running median of the trunk's speed.

    Shoulders and hips, sideways relative to the hip and up or down in the picture, as the
    recovered skeletons keep it.
    """
    trunk = keypoints[:, _TRUNK].copy()
    trunk[..., 0] -= middle(keypoints, "hip")[:, None, 0]
    speed = np.linalg.norm(np.diff(trunk, axis=0), axis=-1).mean(axis=1) / clip_torso(keypoints)
    return np.digitize(median_filter(speed, PHASE_WINDOW, mode="nearest"), PHASE_LIMITS)


def breaks(keypoints: Float[np.ndarray, "frames 33 2"]) -> Breaks:
    """Where a track breaks; see :class:`Breaks` for the five signs."""
    centred = hip_centred(keypoints)
    return Breaks(
        leg_swap=_swapped(centred, _KNEES_ANKLES),
        arm_swap=_swapped(centred, _ARMS),
        torso_turn=np.abs(turns(keypoints)) > 60,
        pose_jump=np.median(displacement(keypoints), axis=1) > 0.5,
        torso_collapse=torso_length(centred)[1:] < 0.35,
    )


def _swapped(centred, points) -> Bool[np.ndarray, " transitions"]:
    before, after, mirrored = centred[:-1], centred[1:], centred[1:, MIRROR]
    kept = np.linalg.norm((after - before)[:, points], axis=-1).sum(axis=1)
    exchanged = np.linalg.norm((mirrored - before)[:, points], axis=-1).sum(axis=1)
    return exchanged < kept / 2


def rotation(keypoints: Float[np.ndarray, "frames 33 2"]) -> Rotation:
    """Net turn, range and duration of the torso's rotation over a clip; no turn without frames."""
    angle = np.concatenate([[0.0], np.cumsum(turns(keypoints))])
    net, frames = angle[-1], np.nan
    if abs(net) >= 250:
        share = angle / net
        frames = float(np.argmax(share >= 0.85) - np.argmax(share >= 0.15))
    return Rotation(float(net), float(np.ptp(angle)), frames)


def upside_down(keypoints: Float[np.ndarray, "frames 33 2"]) -> Bool[np.ndarray, " frames"]:
    """Frames with the nose below the mid-hip."""
    return keypoints[:, INDEX["nose"], 1] > middle(keypoints, "hip")[:, 1]


PROPORTIONS = {
    "upper arm": ("shoulder", "elbow"),
    "forearm": ("elbow", "wrist"),
    "thigh": ("hip", "knee"),
    "shank": ("knee", "ankle"),
}


def proportions(keypoints: Float[np.ndarray, "frames 33 2"]) -> dict[str, Float[np.ndarray, " n"]]:
    """Limb lengths in torso lengths, in frames with an upright and unshortened torso.

    Upright is within 30 degrees of the vertical, unshortened at least 0.8 of the clip's torso.
    """
    scaled = keypoints / clip_torso(keypoints)
    scaled = scaled[(inclination(scaled) < 30) & (torso_length(scaled) > 0.8)]
    lengths = {
        limb: np.concatenate(
            [_distance(scaled, f"{side}_{a}", f"{side}_{b}") for side in ("left", "right")]
        )
        for limb, (a, b) in PROPORTIONS.items()
    }
    nose = scaled[:, INDEX["nose"]] - middle(scaled, "shoulder")
    return lengths | {
        "nose to shoulder line": np.linalg.norm(nose, axis=-1),
        "shoulder width": _distance(scaled, "left_shoulder", "right_shoulder"),
    }


def _distance(keypoints, a: str, b: str) -> Float[np.ndarray, " frames"]:
    return np.linalg.norm(keypoints[:, INDEX[a]] - keypoints[:, INDEX[b]], axis=-1)


def from_tables(keypoints: pd.DataFrame, clips: pd.DataFrame) -> list[Track]:
    """Tracks in pixels from keypoints.parquet and clips.csv, in the order of ``clips``.

    Points that a pose lacks are stood in for (:func:`gymlib.dataset.completion.completed`).

    Raises ValueError if a clip has no rows or its frames are not 0, 1, 2, ...
    """
    tables, result = dict(list(keypoints.groupby("clip", sort=False))), []
    for clip in clips.itertuples():
        rows = tables.get(clip.clip)
        if rows is None:
            raise ValueError(f"clip {clip.clip}: no keypoints; extract the poses again")
        rows = rows.sort_values("frame")
        if not np.array_equal(rows["frame"], np.arange(len(rows))):
            raise ValueError(f"clip {clip.clip}: frames of the keypoints are not 0, 1, 2, ...")
        detected = rows["detected"].to_numpy(bool)
        keypoints = completed(keypoint_array(rows), detected)
        pixels = to_pixels(keypoints, clip.width, clip.height)
        result.append(Track(clip.clip, pixels, detected, clip.height))
    return result


def seen_angle(track: Track) -> Float[np.ndarray, " frames"]:
    """Angle of the torso per frame in degrees, NaN in frames without a pose."""
    return np.where(track.detected, torso_angle(track.keypoints.astype(np.float64)), np.nan)


def examples(clips: list[Track]) -> list[tuple[str, int, int, str]]:
    """One pair of neighbouring frames for each sign of a break: clip, frame, frame, sign.

    Each sign is taken from another clip as long as there are such; signs that no clip shows
    are left out. Pairs with frames missing between them are not taken.
    """
    shown = [(track, breaks(usable(track))) for track in clips if len(usable_frames(track)) > 1]
    found, used = [], set()
    for sign in Breaks._fields:
        pairs = [(t.clip, *_first_pair(t, getattr(b, sign))) for t, b in shown]
        pairs = [pair for pair in pairs if len(pair) == 3]
        fresh = [pair for pair in pairs if pair[0] not in used] or pairs
        if fresh:
            found.append((*fresh[0], sign.replace("_", " ")))
            used.add(fresh[0][0])
    return found


def _first_pair(track: Track, broken: Bool[np.ndarray, " transitions"]) -> tuple[int, ...]:
    frames = usable_frames(track)
    at = np.flatnonzero(broken & (np.diff(frames) == 1))
    return (int(frames[at[0]]), int(frames[at[0] + 1])) if len(at) else ()
