"""BlazePose on one clip: 33 keypoints per frame from a fresh instance of the estimator.

BlazePose full from MediaPipe (Bazarevsky et al. 2020) with the settings of the thesis: tracking
on, both confidence thresholds 0.5, pictures not resized. Every clip gets a fresh instance,
because tracking and smoothing carry state from frame to frame.
"""

import contextlib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float

from gymlib import video
from gymlib.pose.quiet import held_stderr

EXTRACTOR = "BlazePose full"


@dataclass(frozen=True)
class PoseConfig:
    """Settings of the pose estimator; the defaults are the thesis's."""

    model_complexity: int = 1
    """1 is BlazePose full, the only model inside MediaPipe's wheel (0 and 2 are downloads)."""
    min_detection_confidence: float = 0.5
    """Below it a person found in the picture is ignored, 0 to 1."""
    min_tracking_confidence: float = 0.5
    """Below it tracking ends and the next frame searches the whole picture, 0 to 1."""
    smooth_landmarks: bool = True
    """One-euro filter over time (Casiez et al. 2012), MediaPipe's default."""
    keep_truncated: bool = False
    """A video that ends early: stop with an error, or count the missing frames as no pose."""

    def __post_init__(self):
        for name in ("min_detection_confidence", "min_tracking_confidence"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} must lie in 0..1, found {getattr(self, name)}")
        if self.model_complexity not in (0, 1, 2):
            raise ValueError(
                f"model_complexity must be 0 (lite), 1 (full) or 2 (heavy), "
                f"found {self.model_complexity}"
            )


THESIS = PoseConfig()


class Pose(NamedTuple):
    """The pose of one clip, a row per decoded frame; zeros where no pose was found."""

    keypoints: Float[np.ndarray, "frames 33 2"]
    """x / width, y / height, y downwards; outside 0..1 where a limb leaves the picture."""
    visibility: Float[np.ndarray, "frames 33"]
    detected: Bool[np.ndarray, " frames"]
    time: Float[np.ndarray, " frames"]
    """Seconds since the first frame."""


def extract_clip(path: str | Path, config: PoseConfig = THESIS) -> Pose:
    """Poses of all frames of a video, by a fresh instance of the estimator.

    A frame without a person has zeros and ``detected`` False. A video without any person is
    no error. Raises :class:`gymlib.video.VideoError` for a file that cannot be decoded.
    """
    found, times = [], []
    with _blazepose(config) as estimate:
        for frame in video.read_frames(path, config.keep_truncated):
            found.append(estimate(frame.rgb))
            times.append(frame.time)
    if not times:
        raise video.VideoError(f"{path}: no frame could be decoded")
    # (frames, 33, 3): x, y, visibility
    values = np.stack([np.zeros((33, 3)) if one is None else one for one in found])
    values = values.astype(np.float32)
    detected = np.array([one is not None for one in found])
    return Pose(values[..., :2], values[..., 2], detected, np.array(times))


@contextlib.contextmanager
def _blazepose(config: PoseConfig):
    """A fresh estimator: picture -> (33, 3) x, y, visibility, or None if nobody is found."""
    with held_stderr():
        import mediapipe  # seconds to load; only who extracts pays for it

        settings = asdict(config)
        del settings["keep_truncated"]
        with mediapipe.solutions.pose.Pose(static_image_mode=False, **settings) as estimator:
            yield lambda rgb: _unpack(estimator.process(rgb).pose_landmarks)


def _unpack(landmarks) -> Float[np.ndarray, "33 3"] | None:
    if landmarks is None:
        return None
    return np.array([(point.x, point.y, point.visibility) for point in landmarks.landmark])
