"""Some frames a second of a long video, and stretches of it as files of their own."""

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from gymlib.video.info import VideoError, VideoInfo
from gymlib.video.reading import Frame, pictures, probe, rgb
from gymlib.video.stream import opened
from gymlib.video.writing import write_video


def sample_frames(path: str | Path, every: int) -> Iterator[Frame]:
    """Every so many-th frame, the first one first, as of :func:`~gymlib.video.read_frames`.

    Those between are decoded and not converted, which takes half of the time.

    Raises VideoError as :func:`~gymlib.video.read_frames` does.
    """
    with opened(path) as film:
        for index, (time, picture) in islice(enumerate(pictures(film)), 0, None, every):
            yield Frame(index, time, rgb(film, picture))


def cut(
    path: str | Path, stretches: Sequence[tuple[int, int]], files: Sequence[Path]
) -> list[VideoInfo]:
    """Write each stretch (first and last frame, both included) of a video to a file of its own.

    The video is read once, and only as far as needed. Stretches are encoded anew, so that they
    begin and end at the very frame, at the mean frame rate (see :func:`~gymlib.video.write_video`).

    Returns what was written. Raises ValueError for stretches that overlap or are
    not in order, VideoError as :func:`~gymlib.video.read_frames` does or if the video ends before.
    """
    fps, position, written = probe(path).fps, 0, []
    with opened(path) as film:
        shown = pictures(film)
        for (first, last), file in zip(stretches, files, strict=True):
            if not position <= first <= last:
                raise ValueError(
                    f"{path}: expected stretches in order and apart, found frames {first} to "
                    f"{last} after frame {position - 1}"
                )
            own = islice(shown, first - position, last + 1 - position)
            made = write_video(file, (rgb(film, picture) for _, picture in own), fps)
            if made.frames != last + 1 - first:
                raise VideoError(
                    f"{path}: expected frames {first} to {last}, the video ends after frame "
                    f"{first + made.frames - 1}; copy the file again"
                )
            written.append(made)
            position = last + 1
    return written
