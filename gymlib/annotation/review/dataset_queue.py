"""The review queue of a data set, from all that exists of it."""

import pandas as pd

from gymlib.annotation import majority, reading, review
from gymlib.dataset.tables import read_clips, read_keypoints
from gymlib.files import paths
from gymlib.pose.quality import tracks


def queue(
    dataset: str,
    *,
    predictions: pd.DataFrame | None = None,
    config: review.ReviewConfig | None = None,
) -> pd.DataFrame:
    """The review queue (:func:`gymlib.annotation.review.queue`) of a data set.

    Labels come from the annotation files as they are now. Poses take part once they are extracted.

    Parameters
    ----------
    predictions : one model's answers about clips that it was not trained on.
    """
    clips = read_clips(dataset)
    segments = reading.read(dataset, every_clip=False)
    labels, poses = majority.label_table(segments, clips), ()
    if (paths.dataset(dataset) / "keypoints.parquet").is_file():
        poses = tracks.from_tables(read_keypoints(dataset), clips)
    return review.queue(labels, segments, predictions=predictions, tracks=poses, config=config)
