"""Labelling one clip: what each key and each drag does to its labels, and back again.

The state is one code per frame: those of :mod:`gymlib.labels`, of kinds too, and ``NOT_YET`` where
nobody has given a label yet. An array has one value per frame, so the segments drawn from it cover
the clip exactly once whatever is done to it.

The rules follow the thesis authors' tool, which showed frame after frame, gave each the label of
the last key pressed, and could not go back. Here a key also works in the middle of a clip that
has labels, and each change can be undone.
"""

import numpy as np
from jaxtyping import Int

from gymlib.labels import UNLABELED_CODE, Segment, coarse, segments

NOT_YET = -2
"""Code of a frame without a label; Unlabeled (-1) is an annotator's answer: undecidable."""


def blank(frames: int) -> Int[np.ndarray, " frames"]:
    """Labels of a clip that nobody has looked at."""
    return np.full(frames, NOT_YET, dtype=np.int8)


def borders(codes: Int[np.ndarray, " frames"]) -> list[int]:
    """Frames at which another segment begins, in order; frame 0 is none."""
    return [segment.start for segment in segments(codes)[1:]]


def gaps(codes: Int[np.ndarray, " frames"]) -> list[Segment]:
    """Segments of frames that have no label yet."""
    return [segment for segment in segments(codes) if segment.label == NOT_YET]


def label_from(
    codes: Int[np.ndarray, " frames"], frame: int, label: int
) -> Int[np.ndarray, " frames"]:
    """Label ``frame`` and what follows it up to the next border; the input is not changed.

    Where nothing is labelled yet only ``frame`` itself gets the label: nobody has seen what comes
    next. :func:`carry_to` takes the label along while the annotator goes on.

    Raises ValueError for a frame outside the clip or a code that is no label.
    """
    _check_frame(codes, frame)
    if not UNLABELED_CODE <= label <= 3:
        raise ValueError(f"expected a label's code, -1 to 3, found {label}")
    after = frame + 1
    if codes[frame] != NOT_YET:
        after = next((border for border in borders(codes) if border > frame), len(codes))
    changed = codes.copy()
    changed[frame:after] = label
    return changed


def say_kind(
    codes: Int[np.ndarray, " frames"], frame: int, code: int
) -> Int[np.ndarray, " frames"]:
    """The segment at ``frame`` gets the code of a kind of its label, or of the label alone.

    Raises ValueError for a frame outside the clip or without a label, or a kind of another label.
    """
    _check_frame(codes, frame)
    if codes[frame] < 0 or coarse(codes)[frame] != coarse(np.array(code)):
        raise ValueError(f"frame {frame} has no label of that kind; label it first")
    own = next(s for s in segments(codes) if s.start <= frame <= s.end)
    changed = codes.copy()
    changed[own.start : own.end + 1] = code
    return changed


def adopt(
    codes: Int[np.ndarray, " frames"], other: Int[np.ndarray, " frames"], frame: int
) -> Int[np.ndarray, " frames"]:
    """The segment of ``other`` at ``frame`` as a segment of ``codes``, borders and all.

    Raises ValueError for a frame outside the clip, or where ``other`` says nothing.
    """
    _check_frame(codes, frame)
    if other[frame] < 0:
        raise ValueError(f"nothing is said of frame {frame} that could be adopted")
    own = next(s for s in segments(other) if s.start <= frame <= s.end)
    changed = codes.copy()
    changed[own.start : own.end + 1] = own.label
    return changed


def carry_to(
    codes: Int[np.ndarray, " frames"], since: int, frame: int
) -> Int[np.ndarray, " frames"]:
    """Frames after ``since`` up to ``frame`` without a label take that of the frame before them.

    This is stepping forward in the authors' tool after a key at frame ``since``. What has a label
    keeps it; if ``since`` has none, nothing is carried from there.
    """
    _check_frame(codes, since)
    _check_frame(codes, frame)
    changed = codes.copy()
    for gap in gaps(codes):
        if since < gap.start <= frame:
            changed[gap.start : min(gap.end, frame) + 1] = codes[gap.start - 1]
    return changed


def move_border(
    codes: Int[np.ndarray, " frames"], border: int, to: int
) -> Int[np.ndarray, " frames"]:
    """Let the segment that begins at frame ``border`` begin at ``to`` instead.

    Both segments keep one frame at least: beyond that the border stops. Raises ValueError if no
    segment begins at ``border``.
    """
    starts = [0, *borders(codes), len(codes)]
    if border not in starts[1:-1]:
        raise ValueError(f"no segment begins at frame {border}; borders are {starts[1:-1]}")
    at = starts.index(border)
    to = min(max(to, starts[at - 1] + 1), starts[at + 1] - 1)
    changed = codes.copy()
    changed[border:to] = codes[border - 1]
    changed[to:border] = codes[border]
    return changed


def _check_frame(codes: np.ndarray, frame: int) -> None:
    if not 0 <= frame < len(codes):
        raise ValueError(f"expected a frame from 0 to {len(codes) - 1}, found {frame}")


class EditingSession:
    """The labels of one clip while they are made, with as many steps back as were taken forward.

    After a key the label follows the annotator forward (:meth:`reach`), until an undo or redo.
    What is carried along belongs to the key that began it: one undo takes both away.

    ``said`` is what was said of the segments in words: kept with the labels, not looked into.
    """

    def __init__(self, codes: Int[np.ndarray, " frames"], said: list[dict] | None = None):
        self.codes, self.said = codes.copy(), said or []
        self._before: list[tuple] = []  # labels, what was said, and where the change was made
        self._after: list[tuple] = []  # the same of what was undone
        self._key: int | None = None  # frame of the key whose label follows the annotator
        self._open = False  # whether the last change is that key's, and takes what is carried

    @property
    def steps(self) -> int:
        """How many changes can be undone."""
        return len(self._before)

    @property
    def undone(self) -> int:
        """How many changes can be done again."""
        return len(self._after)

    def label(self, frame: int, label: int) -> bool:
        """:func:`label_from`; whether anything changed."""
        self._open = self._change(label_from(self.codes, frame, label), frame)
        self._key = frame
        return self._open

    def say_kind(self, frame: int, code: int) -> bool:
        """:func:`say_kind`; whether anything changed."""
        self._open = False
        return self._change(say_kind(self.codes, frame, code), frame)

    def adopt(self, other: Int[np.ndarray, " frames"], frame: int) -> bool:
        """:func:`adopt`; whether anything changed."""
        self.rest()
        return self._change(adopt(self.codes, other, frame), frame)

    def reach(self, frame: int) -> bool:
        """The annotator went on to ``frame``: :func:`carry_to`; whether anything changed."""
        if self._key is None:
            return False
        carried = carry_to(self.codes, self._key, frame)
        if not self._open:
            self._open = self._change(carried, self._key)
            return self._open
        changed = not np.array_equal(carried, self.codes)
        self.codes = carried
        return changed

    def rest(self) -> None:
        """No label follows any more, until the next key."""
        self._key, self._open = None, False

    def move(self, border: int, to: int) -> bool:
        """:func:`move_border`; whether anything changed."""
        self._open = False
        return self._change(move_border(self.codes, border, to), border)

    def say(self, said: list[dict], frame: int) -> bool:
        """Say something else of the segments, at ``frame``; whether anything changed."""
        self._open = False
        return self._change(self.codes, frame, said)

    def replace(self, codes: Int[np.ndarray, " frames"], said: list[dict] | None = None) -> bool:
        """Take labels from elsewhere, as one change; whether anything changed.

        Raises ValueError if they are of another length.
        """
        if codes.shape != self.codes.shape:
            raise ValueError(f"expected {len(self.codes)} frames, found {len(codes)}")
        self._open = False
        return self._change(codes.copy(), 0, said)

    def undo(self) -> int | None:
        """Take the last change back; the frame it was made at, None if there is none."""
        return self._turn(self._before, self._after)

    def redo(self) -> int | None:
        """Make the change undone last again; as :meth:`undo`. A new change forgets them all."""
        return self._turn(self._after, self._before)

    def _turn(self, steps: list[tuple], back: list[tuple]) -> int | None:
        """Take one of ``steps``, and lay the way ``back``."""
        if not steps:
            return None
        codes, said, frame = steps.pop()
        back.append((self.codes, self.said, frame))
        self.codes, self.said = codes, said
        self.rest()
        return frame

    def _change(self, codes: np.ndarray, frame: int, said: list[dict] | None = None) -> bool:
        said = self.said if said is None else said
        if np.array_equal(codes, self.codes) and said == self.said:
            return False
        self._before.append((self.codes, self.said, frame))
        self._after.clear()
        self.codes, self.said = codes, said
        return True
