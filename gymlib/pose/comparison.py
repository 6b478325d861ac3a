"""Poses of some clips of a data set by both extractors, to be set beside each other."""

import pandas as pd

from gymlib.dataset import Dataset
from gymlib.pose.calibration import fitted_on
from gymlib.pose.config import TRACKER, PoseConfig
from gymlib.pose.extraction import extract_clips, possible
from gymlib.pose.quality.extractors import drawn_clips

CLIPS = {"full": 60, "quick": 2}
"""How many are compared: one takes some five seconds of the tracker's."""


def by_both(data: Dataset, profile: str = "full") -> dict[str, pd.DataFrame]:
    """What an extractor is called -> its rows, as in keypoints.parquet, of the same clips.

    BlazePose's are those of the data set; the tracker's are kept in the folder ``.poses``. The
    clips are drawn evenly over the videos, without those on which the tracker's confidence was
    fitted. Nothing without videos, and where the tracker cannot run.

    Raises what :func:`gymlib.pose.extract_clips` raises.
    """
    config = PoseConfig(extractor=TRACKER)
    if not data.videos or possible(config)[1]:
        return {}
    names = drawn_clips(data.clips, CLIPS[profile], without=fitted_on(data.name))
    own = data.keypoints
    return {
        "BlazePose": own[own["clip"].isin(names)],
        "tracker": extract_clips(data, names, config),
    }
