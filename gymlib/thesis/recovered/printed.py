"""Skeletons printed in a notebook's outputs, parsed as data: nothing in them is evaluated."""

import ast
import json

import numpy as np
from jaxtyping import Int

from gymlib.labels import CLASSES

LABELLED_CELL, SKELETON_CELL = 6, 8  # indices over all cells
LARGEST_LINE = 1_000_000  # characters of one printed clip; the real ones have 22 thousand


class RecoveryError(ValueError):
    """The source does not hold the clips that clips.csv lists; nothing was written."""


def parse_notebook(text: str) -> dict[str, list[Int[np.ndarray, "frames 33 2"]]]:
    """Skeletons printed in the two cells, ``{"cell 6": [...], "cell 8": [...]}``.

    Raises RecoveryError if an output is missing, cut off, or not a list of frames of 66 integers.
    """
    cells = _cells(text)
    labelled = [
        _labelled_clip(line, i)
        for i, line in enumerate(_output(cells, LABELLED_CELL, "stdout").splitlines())
        if line.strip()
    ]
    return {
        f"cell {LABELLED_CELL}": labelled,
        f"cell {SKELETON_CELL}": _clip_list(_output(cells, SKELETON_CELL, "text/plain")),
    }


def _cells(text: str) -> list[dict]:
    try:
        cells = json.loads(text)["cells"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise RecoveryError(f"the source is not a Jupyter notebook: {error!r}") from None
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
        raise RecoveryError("the source is not a Jupyter notebook: its cells are no list of cells")
    return cells


def _output(cells: list[dict], index: int, kind: str) -> str:
    """Text of one cell's only output of a kind: stdout, or a MIME type of a result."""
    cell = cells[index] if index < len(cells) else {}
    for output in cell.get("outputs", []):
        text = output.get("text") if output.get("name") == kind else None
        text = text or output.get("data", {}).get(kind)
        if text:
            return text if isinstance(text, str) else "".join(text)
    raise RecoveryError(f"code cell {index} has no {kind} output; the notebook has been changed")


def _labelled_clip(line: str, number: int) -> Int[np.ndarray, "frames 33 2"]:
    where = f"code cell {LABELLED_CELL}, printed clip {number}"
    if len(line) > LARGEST_LINE:
        raise RecoveryError(f"{where}: {len(line)} characters, at most {LARGEST_LINE} are read")
    try:
        frames, labels = ast.literal_eval(line)  # a literal only; no names, no calls
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError) as error:
        raise RecoveryError(f"{where} is not a complete (frames, labels) pair: {error}") from None
    skeleton = _skeleton(frames, where)
    if len(labels) != len(skeleton) or not set(labels) <= set(CLASSES):
        raise RecoveryError(
            f"{where}: expected {len(skeleton)} labels of {', '.join(CLASSES)}; "
            f"found {len(labels)} of {', '.join(sorted(map(str, set(labels))))}"
        )
    return skeleton


def _clip_list(text: str) -> list[Int[np.ndarray, "frames 33 2"]]:
    where = f"code cell {SKELETON_CELL}"
    try:
        clips = json.loads(text)  # nested lists of integers are JSON as they stand
    except (ValueError, RecursionError) as error:
        raise RecoveryError(f"{where}: the printed list is cut off or damaged: {error}") from None
    if not isinstance(clips, list):
        raise RecoveryError(f"{where}: expected a list of clips, found {type(clips).__name__}")
    return [_skeleton(frames, f"{where}, printed clip {i}") for i, frames in enumerate(clips)]


def _skeleton(frames, where: str) -> Int[np.ndarray, "frames 33 2"]:
    """One printed clip, (frames, 66) interleaved x, y, as (frames, 33, 2) int16."""
    expected = f"{where}: expected a list of frames with 66 whole numbers of pixels"
    if not isinstance(frames, list) or not frames:
        raise RecoveryError(f"{expected}, found {str(frames)[:40]!r}")
    for i, frame in enumerate(frames):
        if not isinstance(frame, list) or len(frame) != 66:
            raise RecoveryError(f"{expected}, found {str(frame)[:40]!r} in frame {i}")
        if not all(type(value) is int and abs(value) < 2**15 for value in frame):
            raise RecoveryError(f"{expected}, found another value in frame {i}")
    return np.array(frames, dtype=np.int16).reshape(-1, 33, 2)
