"""Pose extraction: the only door to MediaPipe."""

from gymlib.pose.blazepose import EXTRACTOR, Pose, PoseConfig, extract_clip
from gymlib.pose.extraction import (
    Extraction,
    KeypointsOnlyError,
    PoseError,
    available_processors,
    extract_dataset,
)

__all__ = [
    "EXTRACTOR",
    "Extraction",
    "KeypointsOnlyError",
    "Pose",
    "PoseConfig",
    "PoseError",
    "available_processors",
    "extract_clip",
    "extract_dataset",
]
