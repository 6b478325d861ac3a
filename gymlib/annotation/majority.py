"""From annotators' votes to one label per frame: majority and the fake take-off rule.

A vote array is int8 of shape (frames, annotators): codes 0 to 3 (see :mod:`gymlib.labels`),
-1 where an annotator gave no label. The rules are those of the thesis "Vision Based Human
Motion Analysis In Gymnastics": three annotators, the majority decides, a three-way tie is
Unlabeled, a take-off without a skill is idle.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from jaxtyping import Bool, Int

from gymlib.labels import CLASSES, CODES, IDLE, SKILL, TAKEOFF, UNLABELED_CODE, decode


def count_votes(
    votes: Int[np.ndarray, "frames annotators"], values: int = len(CLASSES)
) -> Int[np.ndarray, "frames values"]:
    """Votes per frame and class, (frames, 4); missing votes (-1) count for no class.

    ``values`` : how many answers there are, if they are no classes.
    """
    return (votes[:, :, None] == np.arange(values)).sum(axis=1)


def majority(
    votes: Int[np.ndarray, "frames annotators"], values: int = len(CLASSES)
) -> tuple[Int[np.ndarray, " frames"], Int[np.ndarray, " frames"]]:
    """Label with more than half of the votes cast in a frame, and how many it received.

    Three annotators: at least two must agree, a three-way tie is Unlabeled. Two annotators:
    both must agree. One annotator: that label. Missing votes (-1) are not votes; a frame
    without any is Unlabeled. ``values`` as for :func:`count_votes`.

    Returns
    -------
    labels : (frames,) int8 codes, -1 (Unlabeled) where no label has a majority.
    agreement : (frames,) votes for the majority label, 0 where there is none.
    """
    counts = count_votes(votes, values)
    most = counts.max(axis=1, initial=0)
    decided = 2 * most > counts.sum(axis=1)
    labels = np.where(decided, counts.argmax(axis=1), UNLABELED_CODE).astype(np.int8)
    return labels, np.where(decided, most, 0)


def fake_takeoffs(labels: Int[np.ndarray, " frames"]) -> Bool[np.ndarray, " frames"]:
    """Frames that the fake take-off rule turns into idle.

    The thesis: a take-off that is followed by idle before any skill was no take-off. From the
    start of such a take-off up to that idle frame every frame becomes idle, also Unlabeled or
    landing frames in between, as in the authors' script. A take-off that the clip's end cuts
    off, with neither skill nor idle after it, stays.

    One difference from the script: where a take-off is interrupted by Unlabeled or landing
    frames and then goes on, the script relabels only its last part; the text's rule holds for
    all of it, and so does this function.
    """
    fake = np.zeros(len(labels), dtype=bool)
    pending = None  # first frame of a take-off that has met neither skill nor idle yet
    for frame, label in enumerate(labels):
        if label == TAKEOFF and pending is None:
            pending = frame
        elif label == SKILL:
            pending = None
        elif label == IDLE and pending is not None:
            fake[pending:frame] = True
            pending = None
    return fake


def clean(labels: Int[np.ndarray, " frames"]) -> Int[np.ndarray, " frames"]:
    """Labels with fake take-offs as idle (:func:`fake_takeoffs`); the input is not changed."""
    return np.where(fake_takeoffs(labels), IDLE, labels).astype(np.int8)


def clip_votes(
    annotations: dict[str, pd.DataFrame],
    clip: str,
    frames: int,
    *,
    column: str = "label",
    codes: Mapping[str, int] = CODES,
) -> Int[np.ndarray, "frames annotators"]:
    """One clip's votes from annotation tables (clip, start, end, label; ends inclusive).

    ``column`` : what of a segment is the vote; ``codes`` : its code. Columns follow the order of
    ``annotations``; -1 where an annotator has no segment. Check files with
    :mod:`gymlib.annotation.checks` first: segments outside the clip raise ValueError here.
    """
    votes = np.full((frames, len(annotations)), UNLABELED_CODE, dtype=np.int8)
    for number, (annotator, table) in enumerate(annotations.items()):
        for segment in table[table["clip"] == clip].itertuples():
            if not 0 <= segment.start <= segment.end < frames:
                raise ValueError(
                    f"annotator {annotator}, clip {clip}: segment {segment.start} to "
                    f"{segment.end} does not lie in frames 0 to {frames - 1}"
                )
            vote = codes[getattr(segment, column)]
            votes[segment.start : segment.end + 1, number] = vote
    return votes


def label_table(annotations: dict[str, pd.DataFrame], clips: pd.DataFrame) -> pd.DataFrame:
    """Votes, majority, agreement and cleaned label of every frame of every clip.

    Parameters
    ----------
    annotations : one table per annotator (clip, start, end, label).
    clips : the data set's clips (clip, frames), whose order the result keeps.

    Returns
    -------
    Columns clip, frame, one per annotator (label names, None without a vote), majority,
    agreement (votes for the majority), label (majority after the fake take-off rule).
    """
    tables = []
    for clip, frames in zip(clips["clip"], clips["frames"]):
        votes = clip_votes(annotations, clip, frames)
        labels, agreement = majority(votes)
        own = {
            name: [None if vote == UNLABELED_CODE else CLASSES[vote] for vote in column]
            for name, column in zip(annotations, votes.T)
        }
        final = {"majority": decode(labels), "agreement": agreement, "label": decode(clean(labels))}
        tables.append(pd.DataFrame({"clip": clip, "frame": np.arange(frames), **own, **final}))
    return pd.concat(tables, ignore_index=True)


def table_votes(labels: pd.DataFrame, annotators) -> Int[np.ndarray, "frames annotators"]:
    """Vote array of a label table's annotator columns; -1 where an annotator gave no label."""
    columns = [labels[name].map(CODES).fillna(UNLABELED_CODE) for name in annotators]
    return np.stack(columns, axis=1).astype(np.int8)
