"""Segments of the annotations worth a second look, the most rewarding first.

Four kinds of evidence speak against a label: annotators who say otherwise, a model that is sure
and says otherwise, an order of actions that cannot be, and a pose that is broken. Every segment
gets a score in *frames at stake*: its number of frames times the share of the evidence that
speaks against its label. The reasons in order of their weight:

========================  ===================================================================
order impossible          1, for the shorter of the two runs: one of them is wrong, whatever the
                          votes say
no majority               1: the frames are Unlabeled and lost for training
model sure and different  probability of its answer less that of the label, mean over frames
votes differ              share of votes against the majority, a third for two against one
pose broken               1/4: nothing speaks against the label itself, but a frame without a
                          trustworthy pose is lost or teaches nonsense
========================  ===================================================================

Segments that are short everywhere are left out: annotators set the same border some frames apart
without being of different opinion (notebook 01 measures how far).
"""

from collections.abc import Iterable

import pandas as pd

from gymlib.annotation.majority import table_votes
from gymlib.annotation.review.case import (
    MODEL,
    NO_MAJORITY,
    ORDER,
    POSE,
    REASONS,
    VOTES,
    Case,
    ReviewConfig,
)
from gymlib.annotation.review.evidence import broken_poses, objections
from gymlib.annotation.review.votes import disagreements, impossible_orders
from gymlib.dataset.schemas import PROBABILITIES
from gymlib.labels import encode
from gymlib.pose.quality.tracks import Track

__all__ = [
    "MODEL", "NO_MAJORITY", "ORDER", "POSE", "REASONS", "VOTES", "Case", "ReviewConfig",
    "broken_poses", "disagreements", "impossible_orders", "objections", "queue",
]  # fmt: skip


def queue(
    labels: pd.DataFrame,
    annotators: Iterable[str],
    *,
    predictions: pd.DataFrame | None = None,
    tracks: Iterable[Track] = (),
    config: ReviewConfig | None = None,
) -> pd.DataFrame:
    """All cases of a data set, the highest score first; ties in the order of clips and frames.

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
    config, names = config or ReviewConfig(), list(annotators)
    asked = dict(list(predictions.groupby("clip"))) if predictions is not None else {}
    cases: list[Case] = []
    for clip, rows in labels.groupby("clip", sort=False):
        votes, final = table_votes(rows, names), encode(rows["label"])
        cases += impossible_orders(clip, votes, final, names)
        cases += disagreements(clip, votes, names, config)
        if clip in asked:
            own = asked[clip]
            frames, given = own["frame"].to_numpy(), own[PROBABILITIES].to_numpy()
            cases += objections(clip, final, frames, given, config)
    for track in tracks:
        cases += broken_poses(track, config)
    table = pd.DataFrame(cases, columns=list(Case._fields))
    place = {clip: i for i, clip in enumerate(labels["clip"].unique())}
    table["place"] = table["clip"].map(place).fillna(len(place))
    table = table.sort_values(["score", "place", "start"], ascending=[False, True, True])
    return table.drop(columns="place").reset_index(drop=True)
