"""A tracker that keeps the pose through a somersault.

BlazePose's networks on regions of our own choice: people are detected in every few frames, the
one who moves is followed forwards and backwards, and the most plausible path through all poses
found is smoothed. The video is read twice, and only some seconds of it are in memory at a time.
"""

from collections.abc import Callable
from itertools import pairwise
from multiprocessing import parent_process
from pathlib import Path
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float

from gymlib import video
from gymlib.files.progress import BAR, progress
from gymlib.pose import people, stretches, whereabouts
from gymlib.pose.candidates import Search
from gymlib.pose.confidence import BODY, joint_confidence
from gymlib.pose.config import Person, Pose, PoseConfig
from gymlib.pose.detector import Detector
from gymlib.pose.landmarks import LandmarkNetwork
from gymlib.pose.path import best_path
from gymlib.pose.sightings import Sighting
from gymlib.pose.smoothing import smooth
from gymlib.pose.survey import Survey, survey
from gymlib.skeleton import torso_length

DETECTED = 0.25
"""Least share of the body's joints that is expected to be right in a frame with a pose."""
FILLED = 0.35
"""Poses less confident than this are not measurements: the smoother fills their frames."""
PASSES = 3
"""How often every frame is looked at: in the survey, forwards, backwards."""

Told = Callable[[], object]
"""Called after each frame of each pass."""


class Tracked(NamedTuple):
    """The followed person in every frame; pixels are those of the survey's picture."""

    keypoints: Float[np.ndarray, "frames 33 2"]
    """Smoothed, gaps filled; 0 if nobody was seen in any frame."""
    confidence: Float[np.ndarray, " frames"]
    """Of the pose that was measured, 0 where there was none."""
    joints: Float[np.ndarray, "frames 33"]
    """Probability that a keypoint is right, see :func:`gymlib.pose.confidence.joint_confidence`."""
    peaks: Float[np.ndarray, "frames 33"]
    """Of the heatmaps of the pose that was measured."""
    deviation: Float[np.ndarray, "frames 33"]
    """Of the smoothed keypoints, torso lengths."""
    search: Search
    """All candidates, and the expected torso length."""
    survey: Survey
    chain: list[int]
    """Numbers of the sightings that show the followed person."""

    @property
    def detected(self) -> Bool[np.ndarray, " frames"]:
        """Frames in which at least DETECTED of the body's joints are expected to be right."""
        return self.joints[:, BODY].mean(axis=1) >= DETECTED


def extract_clip(path: str | Path, config: PoseConfig) -> Pose:
    """Poses of all frames of a video; see :func:`gymlib.pose.extract_clip`."""
    found = track(path, config.person, config.keep_truncated)
    detected = found.detected
    size = np.array([found.survey.width, found.survey.height])
    keypoints = np.where(detected[:, None, None], found.keypoints / size, 0)
    visibility = np.where(detected[:, None], found.joints, 0)
    return Pose(
        keypoints.astype(np.float32), visibility.astype(np.float32), detected, found.survey.times
    )


def track(path: str | Path, person: Person | None = None, keep_truncated: bool = False) -> Tracked:
    """Follow one person through a video.

    Parameters
    ----------
    person : whom to follow; None follows the one who moves.
    keep_truncated : see :func:`gymlib.video.read_frames`.

    Raises VideoError if the video cannot be decoded, NoLiteRTError without LiteRT.
    """
    steps = PASSES * video.probe(path, keep_truncated).frames
    beside = parent_process() is not None  # of several clips; their bars would mix
    with progress(total=steps, desc="Poses", bar_format=BAR, leave=False, disable=beside) as bar:
        return _track(path, person, keep_truncated, bar.update)


def _track(path, person: Person | None, keep_truncated: bool, on_frame: Told) -> Tracked:
    network = LandmarkNetwork()
    seen = survey(path, Detector(), network, keep_truncated, on_frame)
    chain = _chain(seen, person)
    own = [seen.sightings[number] for number in chain]
    torso = torso_lengths(own, len(seen.times), seen.fps)
    search = Search(torso, seen.fps, network, whereabouts.possible(seen, chain, torso))
    for one in own:
        search.pool[one.frame].append(one.candidate)
    if chain:
        size = seen.width * seen.height * 3
        for first, last in stretches.held(path, search, keep_truncated, size):
            stretches.fill(search, first, last, on_frame)
    return _finished(search, seen, chain)


def _chain(seen: Survey, person: Person | None) -> list[int]:
    """Numbers of the sightings of the person to follow."""
    pointed = None
    if person is not None:
        pointed = people.pointed_at(seen.sightings, person, seen.width, seen.height, seen.fps)
    return people.mover(seen.sightings, seen.hips, seen.fps, pointed)


def torso_lengths(own: list[Sighting], frames: int, fps: float) -> Float[np.ndarray, " frames"]:
    """Expected torso length per frame in pixels, from upright poses within 1.5 s.

    A high percentile, because a torso that leans towards the camera looks short.
    """

    def usable(one: Sighting) -> bool:
        return one.candidate.confidence > 0.6 and abs(one.candidate.angle) < 1

    if not own:
        return np.ones(frames)
    good = [one for one in own if usable(one)] or own
    at = np.array([one.frame for one in good])
    length = np.array([float(torso_length(one.candidate.keypoints[None])[0]) for one in good])
    result = np.empty(frames)
    for frame in range(frames):
        near = np.abs(at - frame) <= 1.5 * fps
        result[frame] = np.percentile(length[near] if near.sum() >= 4 else length, 60)
    return result


def _finished(search: Search, seen: Survey, chain: list[int]) -> Tracked:
    """The best path through all candidates, smoothed."""
    chosen = best_path(
        search.pool, search.torso, seen.fps, whereabouts.strayed(seen, chain, search.torso)
    )
    sure = np.array([0.0 if one is None else one.candidate.confidence for one in chosen])
    points = np.stack([np.zeros((33, 2)) if one is None else one.keypoints for one in chosen])
    peaks = np.stack([np.zeros(33) if one is None else one.peaks for one in chosen])
    measured = sure >= min(FILLED, sure.max())
    deviation = np.full(peaks.shape, np.inf)
    for first, last in pairwise([0, *seen.cuts, len(points)]):
        shot = slice(first, last)
        if sure[shot].any() and measured[shot].any():
            own = points[shot], peaks[shot], sure[shot], measured[shot], search.torso[shot]
            points[shot], deviation[shot] = smooth(*own, seen.fps)
    joints = joint_confidence(sure, peaks, deviation)
    return Tracked(points, sure, joints, peaks, deviation, search, seen, chain)
