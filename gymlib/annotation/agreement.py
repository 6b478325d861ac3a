"""How far annotators agree, frame by frame and at the borders between actions.

Vote arrays are (frames, annotators), -1 where an annotator gave no label. Frames of one clip
follow each other and are not independent: the coefficients describe the annotations at hand,
and :func:`bootstrap` resamples whole clips to say how far they would vary.
"""

import itertools
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd
from jaxtyping import Float, Int
from scipy.optimize import linear_sum_assignment

from gymlib.annotation.majority import count_votes
from gymlib.labels import CLASSES, NAMES, UNLABELED_CODE, segments

NAN = float("nan")


def contingency(
    a: Int[np.ndarray, " frames_a"], b: Int[np.ndarray, " frames_b"]
) -> Int[np.ndarray, "classes classes"]:
    """Frames per pair of labels, ``a`` in rows, where both annotators gave a label."""
    if len(a) != len(b):
        raise ValueError(f"both annotators must label the same frames, found {len(a)} and {len(b)}")
    both, classes = (a != UNLABELED_CODE) & (b != UNLABELED_CODE), len(CLASSES)
    pairs = classes * a[both].astype(np.int64) + b[both]
    return np.bincount(pairs, minlength=classes**2).reshape(classes, classes)


def percent_agreement(a: Int[np.ndarray, " frames_a"], b: Int[np.ndarray, " frames_b"]) -> float:
    """Share of the frames that both labelled on which they agree, 0 to 1; NaN without any."""
    table = contingency(a, b)
    return float(np.trace(table) / table.sum()) if table.any() else NAN


def cohen_kappa(a: Int[np.ndarray, " frames_a"], b: Int[np.ndarray, " frames_b"]) -> float:
    """Cohen's kappa of two annotators over the frames that both labelled.

    Agreement beyond what two annotators with these label shares reach by chance: 1 is perfect,
    0 is chance. NaN without shared frames, or if both use one and the same label throughout.
    Source: Cohen (1960), "A coefficient of agreement for nominal scales".
    """
    return kappa_of_contingency(contingency(a, b))


def kappa_of_contingency(table: Int[np.ndarray, "classes classes"]) -> float:
    """Cohen's kappa from frames per pair of labels; NaN as there."""
    frames = table.sum()
    if not frames:
        return NAN
    chance = float(table.sum(axis=1) @ table.sum(axis=0)) / frames**2
    return (float(np.trace(table)) / frames - chance) / (1 - chance) if chance < 1 else NAN


def pairwise(
    votes: Int[np.ndarray, "frames annotators"], measure: Callable = cohen_kappa
) -> Float[np.ndarray, "annotators annotators"]:
    """``measure`` for every pair of annotators, symmetric; NaN where two share no frame."""
    columns, n = votes.T, votes.shape[1]
    return np.array([measure(a, b) for a in columns for b in columns], dtype=float).reshape(n, n)


def panel(votes: Int[np.ndarray, "frames annotators"]) -> Int[np.ndarray, " compared"]:
    """Columns of the annotators who labelled a frame that another labelled too."""
    given = votes != UNLABELED_CODE
    return np.flatnonzero(given[given.sum(axis=1) > 1].any(axis=0))


def unanimous(votes: Int[np.ndarray, "frames annotators"]) -> float:
    """Share of the frames with two or more votes on which all votes agree; NaN without any."""
    counts = count_votes(votes)
    counts = counts[counts.sum(axis=1) > 1]
    same = counts.max(axis=1) == counts.sum(axis=1)
    return float(same.mean()) if len(counts) else NAN


def fleiss_kappa(votes: Int[np.ndarray, "frames annotators"]) -> float:
    """Fleiss' kappa over the frames that every annotator labelled; NaN with fewer than two."""
    full = votes[(votes != UNLABELED_CODE).all(axis=1)]
    return fleiss_kappa_of_counts(count_votes(full)) if votes.shape[1] > 1 else NAN


def fleiss_kappa_of_counts(counts: Int[np.ndarray, "subjects categories"]) -> float:
    """Fleiss' kappa from the number of votes per subject (frame) and category.

    NaN without subjects or if all votes are one category.
    Source: Fleiss (1971), "Measuring nominal scale agreement among many raters", equations 1-7.

    Raises ValueError unless every subject has the same number of votes, at least two.
    """
    if not len(counts):
        return NAN
    raters = counts.sum(axis=1)
    if raters.min() != raters.max() or raters[0] < 2:
        raise ValueError(
            "Fleiss' kappa needs the same number of votes, at least two, for every subject; found "
            f"{raters.min()} to {raters.max()}; use Krippendorff's alpha where votes are missing"
        )
    pairs = (counts * (counts - 1)).sum(axis=1) / (raters * (raters - 1))
    chance = float(((counts.sum(axis=0) / counts.sum()) ** 2).sum())
    return (float(pairs.mean()) - chance) / (1 - chance) if chance < 1 else NAN


def krippendorff_alpha(votes: Int[np.ndarray, "frames annotators"]) -> float:
    """Krippendorff's alpha for nominal data over all frames with two or more votes.

    Votes may be missing. 1 is perfect, 0 is chance; NaN if no frame has two votes or only one
    label occurs.
    Source: Krippendorff (2011), "Computing Krippendorff's alpha-reliability", section C.
    """
    return alpha_of_coincidences(coincidences(count_votes(votes)))


def coincidences(counts: Int[np.ndarray, "units values"]) -> Float[np.ndarray, "values values"]:
    """Krippendorff's coincidence matrix: pairs of values within units, each unit's pairs
    weighted by 1 / (votes - 1). Units with fewer than two votes have no pairs."""
    counts = counts[counts.sum(axis=1) > 1].astype(float)
    weights = 1 / (counts.sum(axis=1) - 1)
    return (counts * weights[:, None]).T @ counts - np.diag(counts.T @ weights)


def alpha_of_coincidences(matrix: Float[np.ndarray, "values values"]) -> float:
    """Krippendorff's alpha from a coincidence matrix; sums of such matrices are one too."""
    totals = matrix.sum(axis=0)
    n = totals.sum()
    chance = (totals * (totals - 1)).sum()
    if n == 0 or n * (n - 1) == chance:
        return NAN
    return float(((n - 1) * np.trace(matrix) - chance) / (n * (n - 1) - chance))


def label_agreement(
    votes: Int[np.ndarray, "frames annotators"], values: int = len(CLASSES)
) -> Float[np.ndarray, " values"]:
    """Specific agreement per label, (4,): of all pairs of votes in which one annotator says this
    label, the share in which the other says it too. NaN for a label nobody uses twice. ``values``
    as for :func:`gymlib.annotation.majority.count_votes`.

    Source: Cicchetti & Feinstein (1990), "High agreement but low kappa: II"; for more than two
    annotators summed over all pairs of votes in a frame.
    """
    counts = count_votes(votes, values)
    others = counts.sum(axis=1, keepdims=True) - 1
    agreeing = (counts * (counts - 1)).sum(axis=0).astype(float)
    pairs = (counts * np.maximum(others, 0)).sum(axis=0)
    return np.divide(agreeing, pairs, out=np.full(len(pairs), np.nan), where=pairs > 0)


class Border(NamedTuple):
    """A change of label: ``frame`` is the first frame of ``after``."""

    frame: int
    before: int
    after: int


def borders(labels: Int[np.ndarray, " frames"]) -> list[Border]:
    """Changes of label within a clip, in order; none next to frames without a label."""
    pairs = itertools.pairwise(segments(labels))
    found = [Border(b.start, a.label, b.label) for a, b in pairs]
    return [border for border in found if UNLABELED_CODE not in border[1:]]


def match_borders(
    a: Int[np.ndarray, " frames"], b: Int[np.ndarray, " frames"]
) -> tuple[list[tuple[Border, Border]], list[Border]]:
    """Borders that two annotators set in one clip, as pairs, and those that stay alone.

    Only borders of the same kind (before, after) are paired, so that the frames between partners
    are fewest. A border stays alone where the other annotator does not have that change at all,
    or has it less often.
    """
    first, second = borders(a), borders(b)
    matched = []
    for kind in sorted({border[1:] for border in first} & {border[1:] for border in second}):
        own = [border for border in first if border[1:] == kind]
        other = [border for border in second if border[1:] == kind]
        cost = np.abs(np.subtract.outer([x.frame for x in own], [y.frame for y in other]))
        matched += [(own[i], other[j]) for i, j in zip(*linear_sum_assignment(cost))]
    alone = [border for border in first if border not in [pair[0] for pair in matched]]
    alone += [border for border in second if border not in [pair[1] for pair in matched]]
    return matched, alone


def border_table(clips: list[Int[np.ndarray, "_ annotators"]]) -> pd.DataFrame:
    """Every border in every clip, between every two annotators who both labelled the clip.

    Returns
    -------
    clip (position in ``clips``), first and second (annotators' columns), kind ("take-off →
    skill"), frames (second's border minus first's; NaN where only one of them has the border).
    """
    rows = []
    for clip, votes in enumerate(clips):
        labelled = np.flatnonzero((votes != UNLABELED_CODE).any(axis=0))
        for first, second in itertools.combinations(labelled.tolist(), 2):
            matched, alone = match_borders(votes[:, first], votes[:, second])
            pairs = [(x, float(y.frame - x.frame)) for x, y in matched]
            for border, frames in [*pairs, *((border, NAN) for border in alone)]:
                kind = f"{NAMES[border.before]} → {NAMES[border.after]}"
                rows.append((clip, first, second, kind, frames))
    columns = ["clip", "first", "second", "kind", "frames"]
    return pd.DataFrame(rows, columns=columns).astype({"frames": float})


def bootstrap(
    clips: list[Int[np.ndarray, "_ annotators"]],
    measure: Callable[[np.ndarray], float],
    *,
    seed: int = 0,
    samples: int = 1000,
) -> tuple[float, float]:
    """95% interval of a measure of votes when whole clips are drawn anew, with replacement.

    ``measure`` takes the votes of all drawn clips, (frames, annotators). NaN without clips, or if
    no sample gives a number. Source: Efron (1979), percentile method, with the clip as the unit.
    """
    generator = np.random.default_rng(seed)
    draws = generator.integers(len(clips), size=(samples, len(clips))) if clips else []
    values = [measure(np.concatenate([clips[i] for i in draw])) for draw in draws]
    values = [value for value in values if np.isfinite(value)]
    low, high = np.percentile(values, [2.5, 97.5]) if values else (NAN, NAN)
    return float(low), float(high)
