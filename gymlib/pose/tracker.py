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
from scipy.ndimage import maximum_filter1d

from gymlib import video
from gymlib.files.progress import BAR, progress
from gymlib.pose import camera, people, tracking
from gymlib.pose.candidates import Candidate, Search
from gymlib.pose.confidence import BODY, joint_confidence
from gymlib.pose.config import Person, Pose, PoseConfig
from gymlib.pose.detector import Detector
from gymlib.pose.landmarks import LandmarkNetwork
from gymlib.pose.path import Choice, best_path
from gymlib.pose.people import Sighting
from gymlib.pose.smoothing import rts, smooth
from gymlib.pose.survey import Survey, stride, survey, working_frames
from gymlib.skeleton import torso_length

MEMORY = 300e6
"""Bytes of pictures held at a time."""
LAP = 1.0
"""Seconds that neighbouring stretches share, so that each begins with a track."""
POOL = 8
"""Candidates per frame that are kept once a stretch is done."""
WEAK = 0.4
"""Frames less confident than this are searched in all directions."""
GOOD = 0.8
"""Frames more confident than this are not looked at again."""
STRAYED = 1.5
"""Cost, on the final path, of a pose away from where the followed person was seen."""
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
    search = Search(torso, seen.fps, network, _possible(seen, chain, torso))
    for one in own:
        search.pool[one.frame].append(one.candidate)
    if chain:
        for first, last in _stretches(path, search, keep_truncated, seen):
            _search(search, first, last, on_frame)
    return _finished(search, seen, chain)


def _steadied_hips(seen: Survey) -> Float[np.ndarray, "sightings 2"]:
    """Hips of all sightings, had the camera stayed as in the first frame."""
    if not seen.sightings:
        return np.empty((0, 2))
    hips = np.stack([one.candidate.hip for one in seen.sightings])[:, None]  # (sightings, 1, 2)
    return camera.steadied(hips, seen.camera[[one.frame for one in seen.sightings]])[:, 0]


def _chain(seen: Survey, person: Person | None) -> list[int]:
    """Numbers of the sightings of the person to follow."""
    pointed = None
    if person is not None:
        pointed = people.pointed_at(seen.sightings, person, seen.width, seen.height, seen.fps)
    return people.mover(seen.sightings, _steadied_hips(seen), seen.fps, pointed)


def _possible(seen: Survey, chain: list[int], torso: Float[np.ndarray, " frames"]):
    """Where the followed person can be: not where somebody else is, nor out of reach."""
    numbers = people.others(seen.sightings, _steadied_hips(seen), chain, seen.fps)
    others = [seen.sightings[number] for number in numbers]
    circles = people.circles(others, stride(seen.fps), seen.camera)
    tube = people.Tube([seen.sightings[number] for number in chain], seen.camera, seen.fps)

    def possible(frame: int, hip: Float[np.ndarray, " 2"]) -> bool:
        taken = any(np.hypot(*(hip - [x, y])) < r for x, y, r in circles.get(frame, ()))
        return not taken and tube.holds(frame, hip, torso[frame])

    return possible


def _strayed(search: Search, seen: Survey, chain: list[int]):
    """Cost of a candidate away from a clear sighting of the followed person in its frame."""
    clear = [seen.sightings[number] for number in chain]
    places = {
        one.frame: one.candidate.hip for one in clear if one.candidate.confidence >= people.CLEAR
    }

    def charge(frame: int, one: Candidate) -> float:
        away = np.linalg.norm(one.hip - places[frame]) if frame in places else 0.0
        return STRAYED if away > people.APART / 2 * search.torso[frame] else 0.0

    return charge


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


def _stretches(path, search: Search, keep_truncated: bool, seen: Survey):
    """Read the video; yield (first, last + 1) of each stretch while its pictures are held."""
    size = seen.width * seen.height * 3
    lap = round(LAP * seen.fps)
    longest = max(3 * lap, int(MEMORY / size))
    first = 0
    for index, (_, picture) in enumerate(working_frames(path, keep_truncated)):
        search.pictures[index] = picture
        if index + 1 - first == longest:
            yield first, index + 1
            first = index + 1 - lap
            for old in [frame for frame in search.pictures if frame < first]:
                del search.pictures[old]
    if index + 1 > first:
        yield first, index + 1
    search.pictures.clear()


def _search(search: Search, first: int, last: int, on_frame: Told) -> None:
    """Fill the pool of a stretch of frames."""
    frames = range(first, last)
    for order in (frames, reversed(frames)):
        tracking.sweep(search, order, on_frame)
    chosen = _path(search, first, last)
    where = expected(chosen, search.torso[first:last], search.fps)
    if where is None:
        return
    seen = np.array(
        [one is not None and one.candidate.confidence > tracking.KEPT for one in chosen]
    )
    near = _within(seen, round(tracking.LOST * search.fps))
    for frame in frames:
        one = chosen[frame - first]
        if near[frame - first] and (one is None or one.candidate.confidence < WEAK):
            hip, angle = where[0][frame - first], float(where[1][frame - first])
            tracking.search_around(search, frame, hip, angle)
    chosen = _path(search, first, last)
    hips, angles = expected(chosen, search.torso[first:last], search.fps)
    for frame in frames:
        one = chosen[frame - first]
        if near[frame - first] and (one is None or one.candidate.confidence < GOOD):
            search.look(frame, hips[frame - first], float(angles[frame - first]))
        search.pool[frame].sort(key=lambda one: -one.confidence)
        del search.pool[frame][POOL:]


def _within(seen: Bool[np.ndarray, " frames"], reach: int) -> Bool[np.ndarray, " frames"]:
    """Frames with a seen one among the ``reach`` before or after them."""
    return maximum_filter1d(seen, 2 * reach + 1, mode="constant", cval=0)


def _path(search: Search, first: int, last: int) -> list[Choice | None]:
    return best_path(search.pool[first:last], search.torso[first:last], search.fps)


def expected(
    chosen: list[Choice | None], torso: Float[np.ndarray, " frames"], fps: float
) -> tuple[Float[np.ndarray, "frames 2"], Float[np.ndarray, " frames"]] | None:
    """Hip and torso angle per frame, from confident poses; None if there is no pose at all."""
    sure = np.array([0 if one is None else one.candidate.confidence for one in chosen])
    for least in (tracking.KEPT, 0.0):
        used = np.flatnonzero(sure > least)
        if len(used) >= 3 or (len(used) and least == 0):
            break
    else:
        return None
    values = np.zeros((len(chosen), 3))
    variance = np.full((len(chosen), 3), np.inf)
    angles = np.unwrap([chosen[frame].candidate.angle for frame in used])
    values[used, 2] = angles
    for frame in used:
        values[frame, :2] = chosen[frame].candidate.hip / np.median(torso)
    variance[used] = (0.06 / sure[used, None]) ** 2
    smoothed, _ = rts(
        values[used[0] : used[-1] + 1], variance[used[0] : used[-1] + 1], 0.06 * (30 / fps) ** 2
    )
    rows = np.arange(len(chosen)).clip(used[0], used[-1]) - used[0]
    return smoothed[rows, :2] * np.median(torso), smoothed[rows, 2]


def _finished(search: Search, seen: Survey, chain: list[int]) -> Tracked:
    """The best path through all candidates, smoothed."""
    chosen = best_path(search.pool, search.torso, seen.fps, _strayed(search, seen, chain))
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
