"""The picture's vectors between table and array; made by :mod:`gymlib.features.picture`.

A table has one column per axis and vector, an array is (frames, 21, 2).
"""

import numpy as np
import pandas as pd
from jaxtyping import Float

from gymlib.dataset.schemas import PICTURE, PICTURE_XY


def picture_array(rows: pd.DataFrame) -> Float[np.ndarray, "frames 21 2"]:
    """The 42 coordinate columns of a table as float32, in the order of ``schemas.PICTURE``."""
    flat = np.array(rows[PICTURE_XY], dtype=np.float32, order="C")
    return flat.reshape(len(rows), len(PICTURE), 2)


def picture_rows(clip: str, vectors: Float[np.ndarray, "frames 21 2"]) -> pd.DataFrame:
    """One clip's rows of picture.parquet, the inverse of :func:`picture_array`."""
    flat = np.asarray(vectors, dtype=np.float32).reshape(len(vectors), -1)
    numbers = {"clip": clip, "frame": np.arange(len(vectors))}
    return pd.DataFrame(numbers | dict(zip(PICTURE_XY, flat.T)))
