"""Live pictures in a window: skeleton, label, probabilities, and the last attempt's numbers."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from jaxtyping import UInt8

from gymlib import video
from gymlib.labels import NAMES
from gymlib.plots.overlay.drawing import draw_bars, draw_skeleton, write
from gymlib.prediction import pretrained
from gymlib.prediction.film_report.measured import lines, named
from gymlib.prediction.live.naming import Attempted, Live, Named

TITLE = "gymlib live: q ends"
QUIT = (ord("q"), 27)  # q, Escape
SHOWN = ("flight_time", "height", "rotation", "landing_knee", "steps", "stand")
"""Measurements of the last attempt that the picture has room for."""


def run(source: int | str | Path, told: Callable[[str], object] = print) -> int:
    """Film, name, measure and show, until q is pressed or the film is over; pictures named.

    Every change of the label and every attempt is told in words as well, which is all there is
    without a screen.

    Parameters
    ----------
    source : as of :func:`gymlib.video.pictures`.

    Raises VideoError for a camera or film that gives no pictures.
    """
    live, label, attempted, count = Live(pretrained.load()), None, None, 0
    window = _Window() if has_screen() else None
    try:
        for time, picture in video.pictures(source):
            for one in live.add(time, picture):
                count += 1
                if one.label != label:
                    label = one.label
                    told(f"{one.time:7.2f} s  {NAMES[label]}")
                if window is not None and not window.show(draw(one, live.attempted)):
                    return count
            if live.attempted is not attempted:
                attempted = live.attempted
                told("\n".join(words(attempted)))
    finally:
        if window is not None:
            window.close()
    return count


def words(attempted: Attempted) -> list[str]:
    """What is shown of an attempt: its name, then its measurements with their intervals."""
    known = {name: attempted.row[name] for name in SHOWN}
    return [
        named(attempted.row) or "An attempt",
        *(f"{one.name} {one.value} {one.unit} ({one.interval})" for one in lines(known)),
    ]


def draw(one: Named, attempted: Attempted | None) -> UInt8[np.ndarray, "height width 3"]:
    """The picture with skeleton, label and probabilities, below at the left the last attempt."""
    picture = one.picture
    height, width = picture.shape[:2]
    if one.seen is not None:
        picture = draw_skeleton(picture, one.seen.keypoints)
    picture = draw_bars(picture, one.probabilities)
    left, size = 0.02 * width, height / 26
    picture = write(picture, [(NAMES[one.label], left, 0.03 * height, "lt")], height / 14)
    if attempted is None:
        return picture
    rows = words(attempted)
    tops = [height - (len(rows) - k) * 1.3 * size for k in range(len(rows))]
    return write(picture, [(row, left, top, "lt") for row, top in zip(rows, tops)], size)


def has_screen() -> bool:
    """Whether there is a screen to show pictures on."""
    if sys.platform == "linux":  # without one, OpenCV's window ends the whole program
        return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    return True


class _Window:
    def __init__(self):
        cv2.namedWindow(TITLE, cv2.WINDOW_NORMAL)

    def show(self, picture: UInt8[np.ndarray, "height width 3"]) -> bool:
        """Show a picture; False once somebody has pressed a key to end, or closed the window."""
        cv2.imshow(TITLE, cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
        if cv2.waitKey(1) & 0xFF in QUIT:
            return False
        return cv2.getWindowProperty(TITLE, cv2.WND_PROP_VISIBLE) >= 1

    def close(self) -> None:
        cv2.destroyAllWindows()
