"""What is said of a video, and the error of one that cannot be used."""

from dataclasses import dataclass


class VideoError(ValueError):
    """A file that cannot be used as a video; the message says what was expected and found."""


@dataclass(frozen=True)
class VideoInfo:
    """A video as it is shown: size in pixels after rotation, mean frames per second, frames."""

    width: int
    height: int
    fps: float
    frames: int
