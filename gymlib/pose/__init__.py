"""Where the body is in each frame: poses of the videos of a data set, and how good they are.

Two extractors, chosen by name in :class:`PoseConfig`: MediaPipe's plain tracking, as in the
thesis (:mod:`blazepose`), and a tracker of our own on the same network that keeps the pose
through a somersault (:mod:`tracker`). Measures are in :mod:`quality`. The only door to MediaPipe
and LiteRT.
"""

from gymlib.pose.clip import extract_clip
from gymlib.pose.config import EXTRACTOR, EXTRACTORS, TRACKER, Person, Pose, PoseConfig
from gymlib.pose.extraction import (
    Extraction,
    KeypointsOnlyError,
    PoseError,
    extract_clips,
    extract_dataset,
    is_done,
    possible,
    present,
)
from gymlib.pose.networks import NoLiteRTError

__all__ = [
    "EXTRACTOR",
    "EXTRACTORS",
    "TRACKER",
    "Extraction",
    "KeypointsOnlyError",
    "NoLiteRTError",
    "Person",
    "Pose",
    "PoseConfig",
    "PoseError",
    "extract_clip",
    "extract_clips",
    "extract_dataset",
    "is_done",
    "possible",
    "present",
]
