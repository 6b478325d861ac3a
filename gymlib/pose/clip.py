"""Poses of one clip by the extractor that the settings name."""

from pathlib import Path

from gymlib.pose import blazepose, networks
from gymlib.pose.config import THESIS, TRACKER, Pose, PoseConfig


def extract_clip(path: str | Path, config: PoseConfig = THESIS) -> Pose:
    """Poses of all frames of a video.

    A frame without a person has zeros and ``detected`` False. A video without any person is
    no error. Visibility is the extractor's own: MediaPipe's guess, or the tracker's probability
    that the keypoint is right.

    Raises
    ------
    gymlib.video.VideoError : the file cannot be decoded.
    gymlib.pose.networks.NoLiteRTError : the tracker was chosen, and LiteRT is not installed.
    """
    if config.extractor == TRACKER:
        networks.require()  # before anything is read
        from gymlib.pose import tracker  # OpenCV; only who tracks pays for it

        return tracker.extract_clip(path, config)
    return blazepose.extract_clip(path, config)
