"""BlazePose on one clip: 33 keypoints per frame from a fresh instance of the estimator.

BlazePose full from MediaPipe (Bazarevsky et al. 2020) with the settings of the thesis: tracking
on, both confidence thresholds 0.5, pictures not resized. Every clip gets a fresh instance,
because tracking and smoothing carry state from frame to frame.
"""

import contextlib
from pathlib import Path

import numpy as np
from jaxtyping import Float

from gymlib import video
from gymlib.pose.config import MEDIAPIPE, THESIS, Pose, PoseConfig
from gymlib.pose.quiet import held_stderr


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

        settings = {name: getattr(config, name) for name in MEDIAPIPE}
        with mediapipe.solutions.pose.Pose(static_image_mode=False, **settings) as estimator:
            yield lambda rgb: _unpack(estimator.process(rgb).pose_landmarks)


def _unpack(landmarks) -> Float[np.ndarray, "33 3"] | None:
    if landmarks is None:
        return None
    return np.array([(point.x, point.y, point.visibility) for point in landmarks.landmark])
