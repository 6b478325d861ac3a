"""The pictures of clips as JPEG files, made when they are asked for and kept for a while."""

import time
from collections.abc import Iterator
from pathlib import Path

from gymlib import video

SLICE = 0.1  # seconds of work at a time, so that keys are answered while a clip is loading
KEPT = 3  # clips
MOST_PICTURES = 2000  # frames; the rest of a longer clip is shown without pictures


class Pictures:
    """The first pictures of a video, as many as have been asked for so far."""

    def __init__(self, file: Path):
        self.ready: list[bytes] = []
        self._source: Iterator[bytes] | None = video.read_jpegs(file)

    def part(self, first: int) -> tuple[list[bytes], bool]:
        """Pictures from ``first`` on, one at least unless there are no more; whether more follow.

        Takes about SLICE seconds. Raises VideoError where the video is damaged.
        """
        end = time.monotonic() + SLICE
        while self._source and (len(self.ready) <= first or time.monotonic() < end):
            picture = next(self._source, None)
            if picture is not None:
                self.ready.append(picture)
            if picture is None or len(self.ready) == MOST_PICTURES:
                self._source = None
        return self.ready[first:], self._source is not None


class FrameCache:
    """Pictures of the clips shown last."""

    def __init__(self):
        self._kept: dict[Path, Pictures] = {}  # least recently shown first

    def of(self, file: Path) -> Pictures:
        """The pictures of a video, as far as they have come."""
        self._kept[file] = self._kept.pop(file, None) or Pictures(file)
        while len(self._kept) > KEPT:
            del self._kept[next(iter(self._kept))]
        return self._kept[file]
