"""Frames and seconds: when each frame of a clip begins, and which frame border a time means.

Our segments count frames and include both ends; BORIS and ELAN store half-open stretches of time
in milliseconds. Frames a to b are therefore written as the time from the begin of frame a to the
begin of frame b + 1, and a time that is read means the nearest border between frames.

That recovers every frame: a border rounded to milliseconds is off by half a millisecond at most,
and the next border is further away than that as long as frames last longer than one millisecond.
It also forgives what players do: BORIS stops a state one millisecond before the next begins, and
both programs report a frame by the moment it begins, cut to milliseconds.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from jaxtyping import Float

from gymlib import video
from gymlib.dataset import Dataset

SHORTEST_FRAME = 0.0011
"""Seconds; frames must last longer, so that times in milliseconds tell them apart."""
EARLY = 0.001
"""Seconds by which BORIS stops a state before the next begins: a time half-way means the later."""


@dataclass(frozen=True)
class Clock:
    """The frames of one clip in time.

    Attributes
    ----------
    frames : their number.
    borders : (frames + 1,) seconds at which each frame begins, and the last one ends; None where
        the clip has neither a video nor a frame rate.
    media : path of the video relative to the data set's folder, "" without one.
    end : seconds at which players stop; the sound may outlast the pictures.
    """

    clip: str
    frames: int
    borders: Float[np.ndarray, " borders"] | None
    media: str = ""
    end: float = 0.0

    @property
    def fps(self) -> float:
        """Mean frames per second; NaN where times are unknown."""
        if self.borders is None:
            return float("nan")
        return self.frames / float(self.borders[-1] - self.borders[0])

    def time(self, border: int) -> float:
        """Seconds at which frame ``border`` begins; ``frames`` gives the end of the clip."""
        return float(self.borders[border])

    def border(self, seconds: float) -> int:
        """The border nearest to a time: 0 for the begin, ``frames`` for the end of the clip.

        What lies before the first picture or behind the last belongs to it.

        Raises ValueError for a time more than a frame outside the clip.
        """
        last = max(float(self.borders[-1]), self.end)
        frame = 1 / self.fps
        if not -frame <= seconds <= last + frame:
            raise ValueError(f"{seconds:.3f} s lies outside the clip, which lasts {last:.3f} s")
        right = int(np.clip(np.searchsorted(self.borders, seconds), 1, self.frames))
        before, after = seconds - self.borders[right - 1], self.borders[right] - seconds
        nearer = before < after - min(EARLY, (before + after) / 20)
        return right - 1 if nearer else right


def even(clip: str, frames: int, fps: float) -> Clock:
    """A clock of evenly spaced frames."""
    return Clock(clip, frames, np.arange(frames + 1) / fps)


def stamped(
    clip: str, times: Float[np.ndarray, " frames"], fps: float, media: str = "", end: float = 0.0
) -> Clock:
    """A clock from the begin of every frame; the last frame lasts as long as the median one."""
    last = float(np.median(np.diff(times))) if len(times) > 1 else 1 / fps
    return Clock(clip, len(times), np.append(times, times[-1] + last), media, end)


class Clocks(Mapping):
    """Clip -> its clock, looked up when it is asked for: a clip that nobody means stops nothing.

    See :func:`read`.
    """

    def __init__(self, data: Dataset, fps: float | None, exact: bool):
        self._data, self._fps, self._exact = data, fps, exact
        self._rows = {row.clip: row for row in data.clips.itertuples()}
        self._found: dict[str, Clock] = {}

    def __getitem__(self, clip: str) -> Clock:
        if clip not in self._found:
            self._found[clip] = of_clip(self._rows[clip], self._data, self._fps, self._exact)
        return self._found[clip]

    def __contains__(self, clip) -> bool:
        return clip in self._rows

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)


def read(data: Dataset, fps: float | None = None, exact: bool = True) -> Clocks:
    """Clip -> its clock: the video's time stamps, else the frame rate of clips.csv.

    Parameters
    ----------
    fps : frame rate of clips that have neither.
    exact : whether times in milliseconds have to tell all frames apart.

    Raises ValueError for an impossible ``fps``, and, for a clip when it is asked for, if its frames
    cannot be told apart or its video has another number of frames than clips.csv says.
    """
    check_rate(fps)
    return Clocks(data, fps, exact)


def check_rate(fps: float | None) -> None:
    """ValueError for what is no frame rate; None is none."""
    if fps is not None and not 0 < fps < np.inf:
        raise ValueError(f"a frame rate is a number above 0, found {fps}")


def of_clip(row, data: Dataset, fps: float | None = None, exact: bool = True) -> Clock:
    """The clock of one row of clips.csv; see :func:`read`."""
    media = row.path if isinstance(row.path, str) else ""
    rate = row.fps if pd.notna(row.fps) else fps
    if media:
        film = video.scan(data.folder / media)
        clock = stamped(row.clip, film.times, rate or 25, media, film.end)
    elif rate is None:
        return Clock(row.clip, row.frames, None)
    else:
        clock = even(row.clip, row.frames, rate)
    if clock.frames != row.frames:
        raise ValueError(
            f"clip {row.clip}: {row.frames} frames, but its video has {clock.frames}; "
            "correct clips.csv"
        )
    if exact and np.diff(clock.borders).min() <= SHORTEST_FRAME:
        raise ValueError(
            f"clip {row.clip}: two frames follow each other within a millisecond, which times in "
            "milliseconds cannot tell apart; use the per-frame table"
        )
    return clock
