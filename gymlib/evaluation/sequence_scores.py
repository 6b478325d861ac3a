"""Scores of whole clips, frames and segments, over all frames, with their chance.

Every score is a ratio of sums over clips, so that clips can be drawn with replacement: intervals
are percentile bootstraps over clips, as in :mod:`gymlib.evaluation.chance`.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from jaxtyping import Float, Int

from gymlib.dataset import Dataset
from gymlib.evaluation import chance, timelines
from gymlib.evaluation.metrics import segment
from gymlib.evaluation.timelines import Answers, Timeline
from gymlib.labels import CLASSES, UNLABELED_CODE, Segment, segments

OVERLAPS = (0.1, 0.25, 0.5)
NEAR = 2
"""Frames: what two careful people differ by (thesis data, notebook 01)."""
MEASURES = {
    "acc": "accuracy (%)",
    "f1": "macro F1 (%)",
    "edit": "edit score (%)",
    "f1_10": "F1@10 (%)",
    "f1_25": "F1@25 (%)",
    "f1_50": "F1@50 (%)",
    "missed": "segments missed (%)",
    "surplus": "segments said per true one",
}
"""Column prefix -> what it is. Missed is a true segment of which no frame is named right."""


def table(
    answers: Mapping[tuple[str, bool], tuple[Sequence[Timeline], Answers]],
    samples: int = chance.SAMPLES,
    seed: int = 0,
) -> pd.DataFrame:
    """Scores of every architecture, frame by frame and decoded.

    Parameters
    ----------
    answers : (architecture, decoded) -> its timelines and its answers for them. All have the
        same clips.

    Returns
    -------
    A row per pair: architecture, decoded, clips, frames (with a label), and mean, low and high of
    every one of :data:`MEASURES`.
    """
    rows = []
    for (architecture, decoded), (clips, said) in answers.items():
        weights = chance.draws(np.random.default_rng(seed), len(clips), samples)
        row = {"architecture": architecture, "decoded": decoded, "clips": len(clips)}
        row["frames"] = sum(int((own.true != UNLABELED_CODE).sum()) for own in clips)
        for measure, values in _scores(clips, said, weights).items():
            row |= chance.columns(measure, values)
        rows.append(row)
    return pd.DataFrame(rows)


def of_predictions(data: Dataset, found: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """:func:`table` of every architecture's predictions, each frame by itself."""
    clips = {name: timelines.read(data, own) for name, own in found.items()}
    return table({(name, False): (own, timelines.said(own)) for name, own in clips.items()})


def by_fold(clips: Sequence[Timeline], said: Answers) -> Float[np.ndarray, " folds"]:
    """Accuracy of every outer fold, in percent of its labelled frames, in the order of folds."""
    outer = np.array([own.outer for own in clips])
    weights = np.stack([outer == k for k in sorted(set(outer[outer >= 0]))]).astype(int)
    return _scores(clips, said, weights)["acc"]


def by_class(clips: Sequence[Timeline], said: Answers) -> Float[np.ndarray, " classes"]:
    """Recall of every class over all frames, in percent; NaN without frames of it."""
    hits, _, true = (sum(part) for part in zip(*(_frames(own, said[own.clip]) for own in clips)))
    return 100 * hits / np.where(true, true, np.nan)


def by_clip(answers: Sequence[tuple[Sequence[Timeline], Answers]]) -> pd.Series:
    """Accuracy of every clip, in percent of its labelled frames, mean over models; best first."""
    found = {}
    for clips, said in answers:
        for own in clips:
            labelled = own.true != UNLABELED_CODE
            right = said[own.clip][labelled] == own.true[labelled]
            found.setdefault(own.clip, []).append(100 * right.mean() if len(right) else np.nan)
    means = pd.Series({clip: np.mean(values) for clip, values in found.items()})
    return means.dropna().sort_values(ascending=False, kind="stable")


def gains(scores: pd.DataFrame) -> pd.DataFrame:
    """What decoding adds to every score, a row per architecture: columns are measures."""
    by_kind = scores.set_index(["decoded", "architecture"])[[f"{m}_mean" for m in MEASURES]]
    found = by_kind.loc[True] - by_kind.loc[False]
    return found.rename(columns=lambda column: column.removesuffix("_mean"))


def borders(clips: Sequence[Timeline], said: Answers) -> pd.DataFrame:
    """How late borders are found, a row per kind of border.

    Columns border, true (how many there are), missed (percent), late (median, frames; below 0 is
    early), away (median distance, frames), near (percent at most two frames away).
    """
    errors = [
        segment.border_errors(own.true, said[own.clip])
        for own in clips if _answered(said[own.clip])
    ]  # fmt: skip
    rows = []
    for kind in segment.BORDERS:
        offsets = np.concatenate([own[kind].offsets for own in errors])
        missed = sum(own[kind].missed for own in errors)
        true, found = len(offsets) + missed, len(offsets) > 0
        row = {"border": kind, "true": true, "missed": 100 * missed / true if true else np.nan}
        row["late"] = np.median(offsets) if found else np.nan
        row["away"] = np.median(np.abs(offsets)) if found else np.nan
        row["near"] = 100 * np.count_nonzero(np.abs(offsets) <= NEAR) / true if true else np.nan
        rows.append(row)
    return pd.DataFrame(rows)


def _scores(clips, said, weights) -> dict[str, np.ndarray]:
    """Measure -> its value for every row of weights."""
    hits, predicted, true = (
        weights @ np.stack(part) for part in zip(*(_frames(own, said[own.clip]) for own in clips))
    )  # (rows, classes)
    with np.errstate(invalid="ignore", divide="ignore"):
        f1 = 2 * hits / (predicted + true)
        found = {
            "acc": 100 * hits.sum(axis=1) / true.sum(axis=1),
            "f1": 100 * np.nanmean(f1, axis=1),
        }
        pairs = [(own.true, said[own.clip]) for own in clips]
        edits = np.array([_edit(*pair) for pair in pairs])
        found["edit"] = 100 * weights @ edits / weights.sum(axis=1)
        for overlap in OVERLAPS:
            counts = np.array([_counts(*pair, overlap) for pair in pairs])
            hits, spare, lost = (weights @ counts).T
            found[f"f1_{100 * overlap:.0f}"] = 100 * 2 * hits / (2 * hits + spare + lost)
        whole = hits + lost
        missed = weights @ np.array([_missed(*pair) for pair in pairs])
        found |= {"missed": 100 * missed / whole, "surplus": (hits + spare) / whole}
    return found


def _frames(own: Timeline, said: Int[np.ndarray, " frames"]) -> list[Int[np.ndarray, " classes"]]:
    """Frames named right, named so and labelled so, of every class."""
    true, said = (codes[own.true != UNLABELED_CODE] for codes in (own.true, said))
    groups = true[said == true], said[said != UNLABELED_CODE], true
    return [np.bincount(codes, minlength=len(CLASSES)) for codes in groups]


def _answered(said) -> bool:
    """Whether a clip has answers: one without any pose has none, and is wrong throughout."""
    return bool((said != UNLABELED_CODE).all())


def _edit(true, said) -> float:
    return segment.edit_score(true, said) if _answered(said) else 0.0


def _counts(true, said, overlap: float) -> segment.SegmentCounts:
    if _answered(said):
        return segment.f1_at(true, said, overlap)
    return segment.SegmentCounts(0, 0, len(_labelled_segments(true)))


def _missed(true, said) -> int:
    """True segments of which no frame is named right."""
    own = _labelled_segments(true)
    return sum(not (said[s.start : s.end + 1] == s.label).any() for s in own)


def _labelled_segments(true) -> list[Segment]:
    return [s for s in segments(true) if s.label != UNLABELED_CODE]
