"""What every table must look like, checked wherever one is read or written.

Keypoint tables have one column per axis and keypoint: ``x_nose``, ``y_nose``, ...
"""

import pandera.pandas as pa

from gymlib.labels import CLASSES, KIND_NAMES, UNLABELED
from gymlib.skeleton import KEYPOINTS

XY = [f"{axis}_{name}" for name in KEYPOINTS for axis in ("x", "y")]
"""The 66 coordinate columns, interleaved as in the thesis authors' files."""
VISIBILITY = [f"visibility_{name}" for name in KEYPOINTS]
PICTURE_CELLS = [f"cell_{row}{column}" for row in range(4) for column in range(4)]
PICTURE = [*PICTURE_CELLS, "centre", "left", "right", "top", "bottom"]
"""Vectors of the picture: movement in the cells of a grid; middle and ends of what moves."""
PICTURE_XY = [f"{axis}_{name}" for name in PICTURE for axis in ("x", "y")]
PROBABILITIES = [f"p_{label}" for label in CLASSES]

_NAME = r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}"


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
        # Of the film that an attempt was cut from, both included.
        **{
            name: pa.Column("Int64", pa.Check.ge(0), nullable=True, coerce=True, required=False)
            for name in ("start", "end")
        },
    },
    name="clips.csv",
)
ANNOTATIONS = pa.DataFrameSchema(
    {
        "clip": pa.Column(str),
        "start": _count(),
        "end": _count(),
        "label": pa.Column(str, pa.Check.isin(CLASSES)),
        "kind": pa.Column(str, pa.Check.isin([*KIND_NAMES, ""]), required=False),
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
KINDS = pa.DataFrameSchema(
    {
        "clip": _name(),
        "frame": _count(),
        "kind": pa.Column(str, pa.Check.isin(KIND_NAMES), nullable=True),
    },
    unique=["clip", "frame"],
    name="kinds.parquet",
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
PICTURE_TABLE = pa.DataFrameSchema(
    {
        "clip": _name(),
        "frame": _count(),
        **{name: pa.Column("float32", coerce=True) for name in PICTURE_XY},
    },
    unique=["clip", "frame"],
    name="picture.parquet",
)
PREDICTIONS = pa.DataFrameSchema(
    {
        "architecture": _name(),
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
MEASURED = {
    "takeoff": "frames", "landing": "frames", "flight_time": "seconds", "height": "metres",
    "rise": "metres", "scale": "metres per pixel", "torso": "metres", "rotation": "degrees",
    "somersaults": "turns", "spin": "degrees per second", "half_twist": "half twists",
    "hip": "degrees", "knee": "degrees", "takeoff_knee": "degrees", "crouch": "torso lengths",
    "arms": "degrees", "takeoff_angle": "degrees", "landing_knee": "degrees",
    "landing_hip": "degrees", "squat": "torso lengths", "steps": "steps",
    "hands": "torso lengths", "stand": "seconds", "pace": "times",
}  # fmt: skip
"""Measurements of an attempt and their units; made by :mod:`gymlib.kinematics`."""
MEASUREMENTS = pa.DataFrameSchema(
    {
        "clip": _name(),
        "attempt": pa.Column(int, pa.Check.ge(1), coerce=True),
        "flights": _count(),
        **{name: pa.Column(str, nullable=True) for name in ("name", "shape", "entry")},
        **{
            f"{name}{end}": pa.Column(float, nullable=True, coerce=True)
            for name in MEASURED
            for end in ("", "_low", "_high")
        },
    },
    unique=["clip", "attempt"],
    name="measurements.csv",
)
BY_FILE = {
    "clips.csv": CLIPS,
    "labels.parquet": LABELS,
    "kinds.parquet": KINDS,
    "keypoints.parquet": KEYPOINT_TABLE,
    "processed.parquet": PROCESSED,
    "picture.parquet": PICTURE_TABLE,
    "measurements.csv": MEASUREMENTS,
}
"""What the tables in the folder of a data set must look like."""
