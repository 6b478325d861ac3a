"""What every table must look like, checked wherever one is read or written.

Keypoint tables have one column per axis and keypoint: ``x_nose``, ``y_nose``, ...
"""

import pandas as pd
import pandera.pandas as pa

from gymlib.labels import CLASSES, UNLABELED
from gymlib.skeleton import KEYPOINTS

XY = [f"{axis}_{name}" for name in KEYPOINTS for axis in ("x", "y")]
"""The 66 coordinate columns, interleaved as in the thesis authors' files."""
VISIBILITY = [f"visibility_{name}" for name in KEYPOINTS]
PROBABILITIES = [f"p_{label}" for label in CLASSES]

_NAME = r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}"


class TableError(ValueError):
    """A table does not have the form its schema asks for."""


def _name(**kwargs) -> pa.Column:
    return pa.Column(str, pa.Check.str_matches(f"^{_NAME}$", error="a plain name"), **kwargs)


def _count(**kwargs) -> pa.Column:
    return pa.Column(int, pa.Check.ge(0), coerce=True, **kwargs)


def _positive(**kwargs) -> pa.Column:
    return pa.Column(float, pa.Check.gt(0), coerce=True, **kwargs)


def _coordinates(columns) -> dict[str, pa.Column]:
    return {name: pa.Column("float32", nullable=True, coerce=True) for name in columns}


_labels = pa.Check.isin([*CLASSES, UNLABELED])

CLIPS = pa.DataFrameSchema(
    {
        "clip": _name(unique=True),
        "video": _name(),
        "path": pa.Column(str, nullable=True),
        "fps": _positive(nullable=True),
        "frames": pa.Column(int, pa.Check.ge(1), coerce=True),
        "width": _positive(),
        "height": _positive(),
    },
    name="clips.csv",
)
ANNOTATIONS = pa.DataFrameSchema(
    {
        "clip": pa.Column(str),
        "start": _count(),
        "end": _count(),
        "label": pa.Column(str, pa.Check.isin(CLASSES)),
        "comment": pa.Column(str, nullable=True, required=False),
    },
    name="annotations",
)
LABELS = pa.DataFrameSchema(
    {
        "clip": _name(),
        "frame": _count(),
        "majority": pa.Column(str, _labels),
        "agreement": _count(),
        "label": pa.Column(str, _labels),
    },
    unique=["clip", "frame"],
    name="labels.parquet",
)
KEYPOINT_TABLE = pa.DataFrameSchema(
    {
        "clip": _name(),
        "frame": _count(),
        "time": pa.Column(float, nullable=True, coerce=True),
        "detected": pa.Column(bool),
        **_coordinates(XY + VISIBILITY),
    },
    unique=["clip", "frame"],
    name="keypoints.parquet",
)
PROCESSED = pa.DataFrameSchema(
    {
        "clip": _name(),
        "video": _name(),
        "frame": _count(),
        "label": pa.Column(str, pa.Check.isin(CLASSES)),
        **{name: pa.Column("float32", coerce=True) for name in XY},
    },
    unique=["clip", "frame"],
    name="processed.parquet",
)
PREDICTIONS = pa.DataFrameSchema(
    {
        "architecture": pa.Column(str, pa.Check.isin(["cnn", "lstm"])),
        "outer": _count(),
        "model": pa.Column(str),
        "clip": _name(),
        "frame": _count(),
        "label": pa.Column(str, pa.Check.isin(CLASSES)),
        **{
            name: pa.Column(float, pa.Check.in_range(0, 1 + 1e-6), nullable=True, coerce=True)
            for name in PROBABILITIES
        },
    },
    name="predictions.parquet",
)


def check(table: pd.DataFrame, schema: pa.DataFrameSchema, where: str) -> pd.DataFrame:
    """``table`` in the form of ``schema``, or a TableError that lists every fault.

    Parameters
    ----------
    where : what the reader must mend, usually the file's name; it opens the message.
    """
    try:
        return schema.validate(table, lazy=True).copy()  # one block: coercion leaves pieces
    except pa.errors.SchemaErrors as errors:
        faults = errors.failure_cases
        raise TableError(f"{where}: {_describe(faults)}") from None


_EXPECTED = {
    "field_uniqueness": "each value once",
    "multiple_fields_uniqueness": "each combination of the key columns once",
    "not_nullable": "no missing value",
}


def _describe(faults: pd.DataFrame, most: int = 10) -> str:
    """The faults in plain words, the first ``most`` of them."""
    lines = []
    for check_name, column, index, found in zip(
        faults["check"], faults["column"], faults["index"], faults["failure_case"]
    ):
        if check_name == "column_in_dataframe":
            lines.append(f"missing column {found!r}")
        else:
            row = "" if pd.isna(index) else f" row {int(index) + 1}"
            expected = _EXPECTED.get(check_name, check_name)
            lines.append(f"column {column!r}{row}: expected {expected}, found {found!r}")
    rest = len(lines) - most
    return "; ".join(lines[:most]) + (f"; and {rest} more faults" if rest > 0 else "")
