"""Where the body is in each frame: BlazePose over the videos of a data set, and how good it is.

Other estimators may come here, each beside :mod:`blazepose`, and other measures into
:mod:`quality`. The only door to MediaPipe.
"""

from gymlib.pose.blazepose import EXTRACTOR, Pose, PoseConfig, extract_clip
from gymlib.pose.extraction import (
    Extraction,
    KeypointsOnlyError,
    PoseError,
    extract_dataset,
    is_done,
)

__all__ = [
    "EXTRACTOR",
    "Extraction",
    "KeypointsOnlyError",
    "Pose",
    "PoseConfig",
    "PoseError",
    "extract_clip",
    "extract_dataset",
    "is_done",
]
