"""Pictures as they are taken: by a camera, or from a film that plays in its own time."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from jaxtyping import UInt8

from gymlib.video.info import VideoError
from gymlib.video.reading import read_frames

Timed = tuple[float, UInt8[np.ndarray, "height width 3"]]
"""Seconds since the first picture, and the picture, RGB."""


def pictures(source: int | str | Path, shorter: int = 480) -> Iterator[Timed]:
    """The newest picture, again and again; those taken while one was worked on are left out.

    Parameters
    ----------
    source : the number of a camera, 0 for the first; or a film, which plays once.
    shorter : pixels of the shorter side that larger pictures are reduced to.

    Raises VideoError for a camera that cannot be opened, and as :func:`gymlib.video.read_frames`.
    """
    newest = _Newest()
    taken = _filmed(source) if isinstance(source, int) else _played(source)
    thread = threading.Thread(target=newest.fill, args=(taken,), daemon=True)
    thread.start()
    try:
        for seconds, picture in newest:
            yield seconds, _reduced(picture, shorter)
    finally:
        newest.close()
        thread.join()


class _Newest:
    """A place for one picture, which one thread fills and another takes from."""

    def __init__(self):
        self._change = threading.Condition()
        self._picture: Timed | None = None
        self._ended, self._error = False, None

    def fill(self, taken: Iterator[Timed]) -> None:
        """Put every picture there, in the place of one that nobody took."""
        try:
            for picture in taken:
                with self._change:
                    if self._ended:
                        break
                    self._picture = picture
                    self._change.notify_all()
        except Exception as error:  # raised where the pictures are taken
            self._error = error
        self.close()

    def close(self) -> None:
        with self._change:
            self._ended = True
            self._change.notify_all()

    def __iter__(self) -> Iterator[Timed]:
        while True:
            with self._change:
                self._change.wait_for(lambda: self._picture is not None or self._ended)
                picture, self._picture = self._picture, None
            if picture is None:
                break
            yield picture
        if self._error is not None:
            raise self._error


def _filmed(number: int) -> Iterator[Timed]:
    camera = cv2.VideoCapture(number)
    try:
        if not camera.isOpened():
            raise VideoError(
                f"camera {number} cannot be opened; is it plugged in, allowed to this program, and "
                "used by no other?"
            )
        begun = time.monotonic()
        while True:
            there, picture = camera.read()
            if not there:
                raise VideoError(f"camera {number} gives no more pictures")
            yield time.monotonic() - begun, cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)
    finally:
        camera.release()


def _played(film: str | Path) -> Iterator[Timed]:
    begun = None
    for frame in read_frames(film):
        if begun is None:
            begun = time.monotonic() - frame.time
        time.sleep(max(0.0, begun + frame.time - time.monotonic()))
        yield frame.time, frame.rgb


def _reduced(
    picture: UInt8[np.ndarray, "height width 3"], shorter: int
) -> UInt8[np.ndarray, "h w 3"]:
    scale = shorter / min(picture.shape[:2])
    if scale >= 1:
        return picture
    return cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
