"""Videos with any time stamps, written without gymlib."""

from fractions import Fraction

import av
import numpy as np


def pictures(frames=8, height=48, width=64):
    """Smooth colours with a white square that moves two pixels per frame."""
    y, x = np.mgrid[:height, :width]
    ramp = np.stack([255 * x / width, 255 * y / height, np.full_like(x, 90.0)], axis=-1)
    for index in range(frames):
        picture = ramp.astype(np.uint8)
        picture[10:20, 2 * index : 2 * index + 10] = 255
        yield picture


def write_raw(path, times, size=(48, 64), aspect=None, pixels=None):
    """A video with any time stamps (in milliseconds)."""
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=25)
        stream.height, stream.width, stream.pix_fmt = *size, "yuv420p"
        stream.codec_context.time_base = Fraction(1, 1000)
        if aspect:
            stream.codec_context.sample_aspect_ratio = aspect
        for time, rgb in zip(times, pixels or pictures(len(times), *size)):
            frame = av.VideoFrame.from_ndarray(rgb, format="rgb24")
            frame.pts, frame.time_base = time, Fraction(1, 1000)
            out.mux(stream.encode(frame))
        out.mux(stream.encode())
