"""Clips that carry the picture, from the tables of a data set."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from gymlib.dataset import Clip, Dataset
from gymlib.dataset.picture import picture_array
from gymlib.features.bodies import comparable_clips


def clips_with_picture(data: Dataset) -> list[Clip]:
    """:func:`gymlib.features.bodies.comparable_clips` with picture.parquet behind the keypoints.

    Raises MissingFileError before the table is made
    (:func:`gymlib.features.picture.extraction.extract`).
    """
    return with_picture(comparable_clips(data), data.picture)


def with_picture(clips: Sequence[Clip], table: pd.DataFrame) -> list[Clip]:
    """The clips with the rows of picture.parquet that belong to their frames.

    Raises ValueError, naming the clip, if the table has not all of them.
    """
    rows = {str(name): own.set_index("frame") for name, own in table.groupby("clip", sort=False)}
    found = []
    for clip in clips:
        own = rows.get(clip.name)
        if own is None or not np.isin(clip.frames, own.index).all():
            raise ValueError(
                f"clip {clip.name}: picture.parquet does not cover its frames; extract the picture "
                "again"
            )
        seen = picture_array(own.loc[clip.frames])
        found.append(replace(clip, keypoints=np.concatenate([clip.keypoints, seen], axis=1)))
    return found
