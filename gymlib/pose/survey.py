"""A first look at a whole video: who is seen where in every few frames, and the camera."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from jaxtyping import Float, UInt8

from gymlib import video
from gymlib.pose import camera
from gymlib.pose.candidates import SIDE, candidate
from gymlib.pose.detector import Detection, Detector
from gymlib.pose.landmarks import Estimate
from gymlib.pose.region import Region, around
from gymlib.pose.sightings import Sighting, motion_around, torso_colour
from gymlib.skeleton import torso_length

LONGEST = 1280
"""Larger pictures are made this long first (pixels): the network sees 256 of a body anyway."""
PER_SECOND = 6
"""Frames per second in which people are looked for."""
SCORE = 0.4
"""Least score of a detection."""
SURE = 0.75
"""Without a detection as good as this the picture is also looked at in parts."""
PARTS_EVERY = 6
"""And in any case in every so many-th of the frames that are looked at."""
HOPELESS = 0.15
"""Confidence below which a detection gets no second look."""
NOISE = 10
"""Grey levels that a pixel changes by itself."""
CUT = 0.4
"""Correlation with the picture before, below which a new shot begins."""


class Survey(NamedTuple):
    """What the first look found; all places in pixels of the working picture."""

    times: Float[np.ndarray, " frames"]
    fps: float
    width: int
    height: int
    sightings: list[Sighting]
    camera: Float[np.ndarray, "frames 2 3"]
    """Maps from the first frame to each."""
    cuts: list[int]
    """Frames that begin a new shot; nothing is smoothed across them."""

    @property
    def hips(self) -> Float[np.ndarray, "sightings 2"]:
        """Of all sightings, had the camera stayed as in the first frame."""
        return steadied_hips(self.sightings, self.camera)


def steadied_hips(
    sightings: list[Sighting], maps: Float[np.ndarray, "frames 2 3"]
) -> Float[np.ndarray, "sightings 2"]:
    """Hips (pixels) as if the camera had stayed; ``maps`` lead from the first frame to each."""
    if not sightings:
        return np.empty((0, 2))
    hips = np.stack([one.candidate.hip for one in sightings])[:, None]  # (sightings, 1, 2)
    return camera.steadied(hips, maps[[one.frame for one in sightings]])[:, 0]


def working_frames(
    path: str | Path, keep_truncated: bool
) -> Iterator[tuple[float, UInt8[np.ndarray, "height width 3"]]]:
    """Time and picture of every frame, at most LONGEST pixels long."""
    for frame in video.read_frames(path, keep_truncated):
        scale = min(1, LONGEST / max(frame.rgb.shape[:2]))
        picture = frame.rgb
        if scale < 1:
            picture = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        yield frame.time, picture


def survey(
    path: str | Path,
    detector: Detector,
    network: Callable[[UInt8[np.ndarray, "height width 3"], Region], Estimate],
    keep_truncated: bool = False,
    on_frame: Callable[[], object] = lambda: None,
) -> Survey:
    """Look at a whole video; ``on_frame`` is called after each frame.

    Raises VideoError if nothing can be decoded.
    """
    looks, times, picture = (
        Looks(video.probe(path, keep_truncated).fps, detector, network),
        [],
        None,
    )
    for time, picture in working_frames(path, keep_truncated):
        looks.add(picture)
        times.append(time)
        on_frame()
    if not times:
        raise video.VideoError(f"{path}: no frame could be decoded")
    height, width = picture.shape[:2]
    seen, maps = looks.sightings, looks.camera
    return Survey(np.array(times), looks.fps, width, height, seen, maps, looks.cuts)


class Looks:
    """Who is seen in every few pictures, and how the camera moves from each to the next.

    Attributes
    ----------
    frames : how many pictures there were.
    steps : the camera's movement from each picture to the next.
    cuts : pictures that begin a new shot.
    """

    def __init__(
        self,
        fps: float,
        detector: Detector,
        network: Callable[[UInt8[np.ndarray, "height width 3"], Region], Estimate],
    ):
        self.fps, self._detector, self._network = fps, detector, network
        self.frames = 0
        self.steps: list[Float[np.ndarray, "2 3"]] = []
        self.cuts: list[int] = []
        self._seen: list[Sighting] = []
        self._last: list[Sighting] = []  # those of the last look, around whom much may still move
        self._before: UInt8[np.ndarray, "h w"] | None = None

    @property
    def sightings(self) -> list[Sighting]:
        """All people seen, in order of frames."""
        return self._seen + [self._changes.moved(one) for one in self._last]

    @property
    def camera(self) -> Float[np.ndarray, "frames 2 3"]:
        """Maps from the first picture to each."""
        return camera.chained(np.stack(self.steps) if self.steps else np.zeros((0, 2, 3)))

    def add(self, picture: UInt8[np.ndarray, "height width 3"]) -> bool:
        """One more picture; whether people were looked for in it."""
        grey = camera.small_grey(picture)
        scale = grey.shape[0] / picture.shape[0]
        if self._before is None:
            self._changes = _Changes(grey.shape, scale)
        else:
            self._step(grey, scale)
        self._before = grey
        looked = self.frames % stride(self.fps) == 0
        if looked:
            self._look(picture)
        self.frames += 1
        return looked

    def _step(self, grey: UInt8[np.ndarray, "h w"], scale: float) -> None:
        circles = [(*(one.candidate.hip * scale), 2.5 * one.torso * scale) for one in self._last]
        step = camera.camera_step(self._before, grey, circles)
        if likeness(self._before, grey, step) < CUT:
            step = camera.STILL
            self.cuts.append(self.frames)
        else:
            self._changes.add(difference(self._before, grey, step))
        self.steps.append(np.column_stack([step[:, :2], step[:, 2] / scale]))

    def _look(self, picture: UInt8[np.ndarray, "height width 3"]) -> None:
        found = [
            _sighting(self._network, picture, self.frames, one.region)
            for one in _detections(self._detector, picture, self.frames // stride(self.fps))
        ]
        self._seen = self.sightings
        self._last = [self._changes.moved(one) for one in found]
        self._changes.forget()


class _Changes:
    """Mean change of the pixels per frame since the last look; of pairs, some are repeats."""

    def __init__(self, shape: tuple[int, int], scale: float):
        self._sum, self._scale, self._frames = np.zeros(shape, np.float32), scale, 0

    def add(self, changed: UInt8[np.ndarray, "h w"]) -> None:
        self._sum += changed
        self._frames += 1

    def forget(self) -> None:
        self._sum[:], self._frames = 0, 0

    def moved(self, one: Sighting) -> Sighting:
        """The sighting, with the change around it if that is more than it had."""
        x, y = one.candidate.hip * self._scale
        around_it = motion_around(self._sum, float(x), float(y), 3 * one.torso * self._scale)
        return one._replace(motion=max(one.motion, around_it / max(self._frames, 1)))


def stride(fps: float) -> int:
    """Frames from one look for people to the next."""
    return max(1, round(fps / PER_SECOND))


def _detections(detector: Detector, picture, turn: int) -> list[Detection]:
    found = detector(picture, SCORE)
    if turn % PARTS_EVERY == 0 or not found or found[0].score < SURE:
        found = detector(picture, SCORE, tiles=True)
    return found[:4]


def _sighting(network, picture, index: int, region: Region) -> Sighting:
    """The pose in a detected region; looked at again if the region does not suit it."""
    torso = region.side / SIDE
    found = candidate(network(picture, region), torso)
    measured = max(float(torso_length(found.keypoints[None])[0]), 0.6 * torso)
    if found.confidence > HOPELESS and (
        found.confidence < 0.8 or not 0.8 < measured / torso < 1.25
    ):
        second = candidate(network(picture, around(found.keypoints, SIDE * measured)), measured)
        if second.confidence > found.confidence - 0.1:
            found, torso = second, measured
    return Sighting(index, found, torso, 0.0, torso_colour(picture, found.keypoints))


def likeness(
    before: UInt8[np.ndarray, "h w"],
    after: UInt8[np.ndarray, "h w"],
    step: Float[np.ndarray, "2 3"],
) -> float:
    """Correlation of two pictures, the camera's movement taken out; 1 if nothing changed."""
    before = _moved(before, step)
    if before.std() < 1 or after.std() < 1:
        return 1.0  # nothing to compare by
    return float(cv2.matchTemplate(before, after, cv2.TM_CCOEFF_NORMED)[0, 0])


def difference(
    before: UInt8[np.ndarray, "h w"],
    after: UInt8[np.ndarray, "h w"],
    step: Float[np.ndarray, "2 3"],
) -> UInt8[np.ndarray, "h w"]:
    """How much each pixel changed beyond noise, the camera's movement taken out; grey levels."""
    changed = cv2.absdiff(cv2.blur(_moved(before, step), (3, 3)), cv2.blur(after, (3, 3)))
    return cv2.subtract(changed, np.full(changed.shape, NOISE, np.uint8))


def _moved(picture: UInt8[np.ndarray, "h w"], step: Float[np.ndarray, "2 3"]):
    """A picture (h, w) as the camera's movement leaves it."""
    if np.array_equal(step, camera.STILL):
        return picture
    height, width = picture.shape
    return cv2.warpAffine(picture, step, (width, height), borderMode=cv2.BORDER_REPLICATE)
