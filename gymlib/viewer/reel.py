"""The pictures of clips as JPEG files, made when they are asked for and kept for a while."""

import time
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path

from gymlib import video

SLICE = 0.1  # seconds of work at a time, so that keys are answered while a clip is loading
KEPT = 3  # clips
MOST_PICTURES = 2000  # frames; the rest of a longer clip is shown without pictures


class Reel:
    """The first pictures of a video, as many as have been asked for so far."""

    def __init__(self, film: Path):
        self.pictures: list[bytes] = []
        self._source: Iterator[bytes] | None = video.read_jpegs(film)

    def part(self, first: int) -> tuple[list[bytes], bool]:
        """Pictures from ``first`` on, one at least unless there are no more; whether more follow.

        Takes about SLICE seconds. Raises VideoError where the video is damaged.
        """
        end = time.monotonic() + SLICE
        while self._source and (len(self.pictures) <= first or time.monotonic() < end):
            picture = next(self._source, None)
            if picture is not None:
                self.pictures.append(picture)
            if picture is None or len(self.pictures) == MOST_PICTURES:
                self._source = None
        return self.pictures[first:], self._source is not None


class Reels:
    """Reels of the clips shown last."""

    def __init__(self):
        self._kept: OrderedDict[Path, Reel] = OrderedDict()

    def of(self, film: Path) -> Reel:
        """The reel of a video, as far as it has come."""
        reel = self._kept.pop(film, None) or Reel(film)
        self._kept[film] = reel
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return reel
