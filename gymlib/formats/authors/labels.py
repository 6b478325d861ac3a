"""The authors' label files: one per annotator, and the majority with its cleaned version."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from jaxtyping import Int

from gymlib.formats.authors.clip import ImportFault
from gymlib.labels import CODES, UNLABELED


class MajorityFile(NamedTuple):
    """majorityVote.csv: the three votes, whose annotators are not recorded, and the result."""

    votes: dict[str, Int[np.ndarray, " frames"]]
    final: Int[np.ndarray, " frames"]


def read_csv(path: Path) -> pd.DataFrame:
    """A CSV file of the authors as text, without its index columns.

    Their files were written and re-read several times; each pass added a column without a name,
    which reads as "Unnamed: 0", "Unnamed: 0.1", ... None of them means anything.
    """
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False)
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        raise ImportFault(f"{path} is not a CSV table: {error}") from None
    stray = [name for name in table.columns if not name.strip() or name.startswith("Unnamed")]
    return table.drop(columns=stray)


def read_annotator(path: Path) -> Int[np.ndarray, " frames"]:
    """``<stem>_<name>.csv``: header ``,labels``, one row per frame -> label codes."""
    table = read_csv(path)
    if list(table.columns) != ["labels"]:
        raise ImportFault(
            f"{path}: expected the one column 'labels', found {', '.join(table.columns)}"
        )
    return encode(table["labels"], path)


def read_majority(path: Path) -> MajorityFile:
    """``majorityVote.csv`` or ``majorityVote_clean.csv``.

    A vote is missing (-1) where the third annotator's file was shorter than the others; the
    authors' script did not check that.
    """
    table = read_csv(path)
    if "final" not in table:
        raise ImportFault(f"{path}: expected a column 'final', found {', '.join(table.columns)}")
    names = [name for name in ("labels_x", "labels_y", "labels_z") if name in table]
    votes = {name.replace("labels", "vote"): encode(table[name], path) for name in names}
    return MajorityFile(votes, encode(table["final"], path))


def encode(names: pd.Series, path: Path | str) -> Int[np.ndarray, " frames"]:
    """Label names to codes; empty cells and "Unlabeled" are -1.

    Raises ImportFault naming the row (the header is row 1) of an unknown label.
    """
    codes = names.fillna("").replace("", UNLABELED).map(CODES)
    unknown = codes.index[codes.isna()]
    if len(unknown):
        row = names.index.get_loc(unknown[0])
        raise ImportFault(
            f"{path}, row {row + 2}: unknown label {names.iloc[row]!r}; expected {', '.join(CODES)}"
        )
    return codes.to_numpy(np.int8)
