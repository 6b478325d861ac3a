"""Videos in and out.

Pictures are RGB uint8 of shape (height, width, 3), turned, mirrored and stretched as the file
asks (phones record portrait as rotated landscape), so that pixels are square and up is up.
"""

from gymlib.video.camera import pictures
from gymlib.video.grey import read_grey
from gymlib.video.info import VideoError, VideoInfo
from gymlib.video.jpegs import read_jpeg, read_jpegs
from gymlib.video.reading import Frame, pick_frames, probe, read_frames, scan
from gymlib.video.stream import ENDINGS
from gymlib.video.writing import write_video

__all__ = [
    "ENDINGS",
    "Frame",
    "VideoError",
    "VideoInfo",
    "pick_frames",
    "pictures",
    "probe",
    "read_frames",
    "read_grey",
    "read_jpeg",
    "read_jpegs",
    "scan",
    "write_video",
]
