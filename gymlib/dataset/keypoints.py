"""Keypoints between tables and arrays.

A table has one column per axis and keypoint, an array is (frames, 33, 2).
"""

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float

from gymlib.dataset import schemas
from gymlib.skeleton import KEYPOINTS


def keypoint_array(rows: pd.DataFrame) -> Float[np.ndarray, "frames 33 2"]:
    """The 66 coordinate columns of a table as float32 (frames, 33, 2)."""
    flat = np.array(rows[schemas.XY], dtype=np.float32, order="C")  # a copy, row by row
    return flat.reshape(len(rows), len(KEYPOINTS), 2)  # x0, y0, x1, ... -> (frames, 33, 2)


def keypoint_columns(
    keypoints: Float[np.ndarray, "frames 33 2"],
) -> dict[str, Float[np.ndarray, " frames"]]:
    """The inverse of :func:`keypoint_array`: column name -> values."""
    flat = np.asarray(keypoints, dtype=np.float32).reshape(len(keypoints), -1)
    return dict(zip(schemas.XY, flat.T))


def keypoint_rows(
    clip: str,
    keypoints: Float[np.ndarray, "frames 33 2"],
    visibility: Float[np.ndarray, "frames 33"],
    detected: Bool[np.ndarray, " frames"],
    time: Float[np.ndarray, " frames"],
) -> pd.DataFrame:
    """One clip's rows of keypoints.parquet; ``time`` in seconds, NaN where unknown."""
    seen = np.asarray(visibility, dtype=np.float32).T
    return pd.DataFrame(
        {
            "clip": clip,
            "frame": np.arange(len(keypoints)),
            "time": np.asarray(time, dtype=float),
            "detected": detected,
            **keypoint_columns(keypoints),
            **dict(zip(schemas.VISIBILITY, seen)),
        }
    )
