"""Kinds of idle and skill, a finer layer of labels: their majority, their table, their agreement.

It is optional: without a column ``kind`` in an annotation file there is no kinds.parquet. A kind
vote is its position in :data:`gymlib.labels.KIND_NAMES`, -1 where an annotator gave none.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from jaxtyping import Int

from gymlib.annotation.agreement import label_agreement
from gymlib.annotation.checks import KIND
from gymlib.annotation.majority import clip_votes, majority
from gymlib.dataset import Dataset
from gymlib.labels import CLASS_OF, CODES, KIND_NAMES

FILE = "kinds.parquet"
_NUMBERS = {"": -1} | {kind: number for number, kind in enumerate(KIND_NAMES)}
_CLASSES = np.array([CODES[CLASS_OF[kind]] for kind in KIND_NAMES])


def majority_kind(
    votes: Int[np.ndarray, "frames annotators"], kinds: Int[np.ndarray, "frames annotators"]
) -> Int[np.ndarray, " frames"]:
    """Of those who gave a frame its majority label, the kind that more than half of them name.

    Who named no kind does not count. -1 without a majority label, without a kind, and in a tie.
    """
    label, _ = majority(votes)
    counted = np.where(votes == label[:, None], kinds, -1)
    return majority(counted, len(KIND_NAMES))[0]


def kind_table(annotations: dict[str, pd.DataFrame], clips: pd.DataFrame) -> pd.DataFrame:
    """Kinds of every frame of every clip: clip, frame, one column per annotator, kind.

    None where there is no kind. Parameters as for
    :func:`gymlib.annotation.majority.label_table`.
    """
    full = {who: t if KIND in t else t.assign(**{KIND: ""}) for who, t in annotations.items()}
    tables = []
    for clip, frames in zip(clips["clip"], clips["frames"]):
        kinds = clip_votes(full, clip, frames, column=KIND, codes=_NUMBERS)
        decided = majority_kind(clip_votes(full, clip, frames), kinds)
        own = {name: _named(column) for name, column in zip(full, kinds.T)}
        own |= {"clip": clip, "frame": np.arange(frames), KIND: _named(decided)}
        tables.append(pd.DataFrame(own, columns=["clip", "frame", *full, KIND]))
    return pd.concat(tables, ignore_index=True)


def _named(numbers: Int[np.ndarray, " frames"]) -> list[str | None]:
    return [None if number < 0 else KIND_NAMES[number] for number in numbers]


def make(data: Dataset, annotations: dict[str, pd.DataFrame]) -> None:
    """Write kinds.parquet if an annotator's table has kinds, and take an old one away if not."""
    if any(KIND in table for table in annotations.values()):
        data.write(kind_table(annotations, data.clips), FILE)
    else:
        (data.folder / FILE).unlink(missing_ok=True)


def agreement(table: pd.DataFrame, annotators: Sequence[str]) -> pd.DataFrame:
    """How far annotators who give a frame the same label, and a kind each, name the same kind.

    Parameters
    ----------
    table : as :func:`kind_table` gives it.

    Returns
    -------
    A row per kind that anybody names: label, kind, frames (with this kind in the end), agreement
    (:func:`gymlib.annotation.agreement.label_agreement`, NaN where nobody else gave a kind).
    """
    columns = [table[name].map(_NUMBERS).fillna(-1) for name in annotators]
    votes = np.stack(columns, axis=1).astype(int)
    rows = []
    for number, kind in enumerate(KIND_NAMES):
        if (votes == number).any():
            label = _CLASSES == _CLASSES[number]
            same = np.where((votes >= 0) & label[votes], votes, -1)
            share = label_agreement(same, len(KIND_NAMES))[number]
            rows.append((CLASS_OF[kind], kind, int((table[KIND] == kind).sum()), share))
    return pd.DataFrame(rows, columns=["label", "kind", "frames", "agreement"])


def in_flight(table: pd.DataFrame, measured: pd.DataFrame) -> pd.Series:
    """The kind that most frames of each attempt's flights have, to set beside its measured name.

    Parameters
    ----------
    table : as :func:`kind_table` gives it. measured : rows of measurements.csv.

    "" where no kind was given, or take-off and landing were not measured.
    """
    kinds = {clip: rows.sort_values("frame")[KIND] for clip, rows in table.groupby("clip")}
    found = []
    for clip, *ends in measured[["clip", "takeoff", "landing"]].itertuples(index=False):
        known = np.isfinite(ends).all()
        first, last = np.ceil(np.maximum(ends, 0)).astype(int) if known else (0, 0)
        found.append(next(iter(kinds[clip].iloc[first:last].value_counts().index), ""))
    return pd.Series(found, index=measured.index, name=KIND, dtype=object)
