"""The review queue: all doubts about a data set's labels, the most rewarding first."""

from collections.abc import Iterable

import pandas as pd

from gymlib.annotation import reading
from gymlib.annotation.majority import label_table, table_votes
from gymlib.annotation.review.doubt import Doubt, ReviewConfig
from gymlib.annotation.review.model_and_pose import broken_poses, model_objections
from gymlib.annotation.review.order_and_votes import disagreements, impossible_orders
from gymlib.dataset import Dataset
from gymlib.dataset.schemas import PROBABILITIES
from gymlib.labels import encode
from gymlib.pose.quality import tracks as pose_tracks


def review_queue(
    data: Dataset, *, predictions: pd.DataFrame | None = None, config: ReviewConfig | None = None
) -> pd.DataFrame:
    """:func:`rank_doubts` about everything there is of a data set.

    Labels come from the annotation files as they are now. Poses take part once they are extracted.

    Parameters
    ----------
    predictions : one model's answers about clips that it was not trained on.
    """
    annotations = reading.read(data, every_clip=False)
    labels, tracks = label_table(annotations, data.clips), ()
    if data.has("keypoints.parquet"):
        tracks = pose_tracks.from_tables(data.keypoints, data.clips)
    return rank_doubts(labels, annotations, predictions=predictions, tracks=tracks, config=config)


def rank_doubts(
    labels: pd.DataFrame,
    annotators: Iterable[str],
    *,
    predictions: pd.DataFrame | None = None,
    tracks: Iterable[pose_tracks.Track] = (),
    config: ReviewConfig | None = None,
) -> pd.DataFrame:
    """All doubts, the highest score first; ties in the order of clips and frames.

    Parameters
    ----------
    labels : a label table (:func:`gymlib.annotation.majority.label_table`).
    annotators : its columns with votes.
    predictions : one model's probabilities per clip and frame (clip, frame, p_idle, ...), such as
        the rows of one approach in predictions.parquet; other frames are not judged.
    tracks : poses of clips (:func:`gymlib.pose.quality.tracks.from_tables`).

    Returns
    -------
    Columns clip, start, end (inclusive), reason, frames, score (frames at stake), detail.
    """
    names = list(annotators)
    asked = dict(list(predictions.groupby("clip"))) if predictions is not None else {}
    doubts: list[Doubt] = []
    for clip, rows in labels.groupby("clip", sort=False):
        votes, final = table_votes(rows, names), encode(rows["label"])
        doubts += impossible_orders(clip, votes, final, names)
        doubts += disagreements(clip, votes, names, config)
        if clip in asked:
            frames, given = asked[clip]["frame"].to_numpy(), asked[clip][PROBABILITIES].to_numpy()
            doubts += model_objections(clip, final, frames, given, config)
    for track in tracks:
        doubts += broken_poses(track, config)
    place = {clip: i for i, clip in enumerate(labels["clip"].unique())}
    doubts.sort(key=lambda doubt: (-doubt.score, place.get(doubt.clip, len(place)), doubt.start))
    return pd.DataFrame(doubts, columns=list(Doubt._fields))
