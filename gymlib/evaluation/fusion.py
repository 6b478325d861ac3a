"""Late fusion: what a network of skeletons and one of the picture say, weighed against each other.

Their probabilities are averaged as logarithms (a logarithmic opinion pool, Genest and Zidek
1986, "Combining probability distributions") with two weights: in frames without a pose the picture
may count for more.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

from gymlib import models
from gymlib.dataset import Dataset
from gymlib.evaluation import benchmark, nested_cv
from gymlib.evaluation.timelines import LEAST, Timeline
from gymlib.features.picture import extraction
from gymlib.features.picture.clips import clips_with_picture
from gymlib.labels import UNLABELED_CODE
from gymlib.models import fusion

Posed = Mapping[str, Bool[np.ndarray, " _"]]
"""Clip -> in which of its frames a pose was found."""


class Weights(NamedTuple):
    """What the picture counts for: 0 the skeleton alone, 1 the picture alone."""

    posed: float
    unposed: float


def run(data: Dataset, profile: str = "full", *, cluster: str | None = None) -> None:
    """Train and test early fusion and the picture alone by the rules of the benchmark.

    The picture is looked at first, where that has not been done. Recipes are registered from then
    on, so that :func:`gymlib.evaluation.benchmark.read` finds them.

    Raises gymlib.features.picture.extraction.PictureError for a data set without films.
    """
    extraction.extract(data)
    clips = clips_with_picture(data)
    videos = len({clip.video for clip in clips})
    n_jobs = 1 if profile == "quick" else None  # as in the benchmark
    for recipe in map(models.register, fusion.RECIPES):
        own = benchmark.rules(recipe, videos, profile)
        nested_cv.run(clips, own, data.results(own.name), n_jobs=n_jobs, cluster=cluster)


def posed(data: Dataset) -> Posed:
    """Of all clips."""
    return {name: data.clip(name).detected for name in data.clips["clip"]}


def late(skeleton: Sequence[Timeline], picture: Sequence[Timeline], where: Posed) -> list[Timeline]:
    """The pool of two networks that were tested on the same folds.

    The weights of a fold come from the clips that the other folds tested, as temperatures do in
    :func:`gymlib.evaluation.timelines.calibrate`. A clip that one of the two does not know, such as
    one without any pose, has the other's answer.
    """
    pairs = _pairs(skeleton, picture)
    weights = {}
    for outer in {own.outer for own, _ in pairs} | {seen.outer for _, seen in pairs}:
        weights[outer] = fit([p for p in pairs if -1 != p[0].outer != outer], where)
    return [
        own._replace(
            outer=max(own.outer, seen.outer),
            seen=own.seen | seen.seen,
            probabilities=_pooled(own, seen, where, weights[max(own.outer, seen.outer)]),
        )
        for own, seen in pairs
    ]


def fit(pairs: Sequence[tuple[Timeline, Timeline]], where: Posed) -> Weights:
    """The weights with which the labels of these clips are likeliest, skeleton before picture.

    Frames without a label, and clips that one of the two does not know, do not count. Where no
    frame is left the two count alike.
    """
    both = [p for p in pairs if all(np.isfinite(own.probabilities).all() for own in p)]
    if not both:
        return Weights(0.5, 0.5)
    first, second = (np.concatenate([p[k].probabilities for p in both]) for k in (0, 1))
    true = np.concatenate([own.true for own, _ in both])
    there = np.concatenate([where[own.clip] for own, _ in both])
    known = true != UNLABELED_CODE
    found = (
        _fit(first[rows], second[rows], true[rows]) for rows in (known & there, known & ~there)
    )
    return Weights(*found)


def _fit(first, second, true: Int[np.ndarray, " frames"]) -> float:
    if not len(true):
        return 0.5

    def surprise(weight: float) -> float:
        """Mean negative log-likelihood, convex in the weight."""
        pooled = pool(first, second, np.full(len(true), weight))
        return -np.log(pooled[np.arange(len(true)), true]).mean()

    return float(minimize_scalar(surprise, bounds=(0, 1), method="bounded").x)


def pool(
    first: Float[np.ndarray, "frames 4"],
    second: Float[np.ndarray, "frames 4"],
    weight: Float[np.ndarray, " frames"],
) -> Float[np.ndarray, "frames 4"]:
    """Probabilities in proportion to first^(1 - weight) second^weight.

    >>> one, other = np.array([[0.7, 0.1, 0.1, 0.1]]), np.array([[0.1, 0.7, 0.1, 0.1]])
    >>> pool(one, other, np.array([0.5])).round(2)
    array([[0.36, 0.36, 0.14, 0.14]])
    """
    logs = [np.log(np.maximum(p, LEAST)) for p in (first, second)]
    return np.exp(log_softmax(logs[0] + weight[:, None] * (logs[1] - logs[0]), axis=1))


def _pairs(skeleton, picture) -> list[tuple[Timeline, Timeline]]:
    by_clip = {own.clip: own for own in picture}
    if missing := [own.clip for own in skeleton if own.clip not in by_clip]:
        raise ValueError(f"the picture's network was not tested on {', '.join(missing)}")
    pairs = [(own, by_clip[own.clip]) for own in skeleton]
    for own, seen in pairs:
        if own.outer != seen.outer and -1 not in (own.outer, seen.outer):
            raise ValueError(
                f"clip {own.clip} was tested in fold {own.outer} from its skeleton and in fold "
                f"{seen.outer} from its picture; test both by the same rules"
            )
    return pairs


def _pooled(own: Timeline, seen: Timeline, where: Posed, weights: Weights):
    known = [np.isfinite(p.probabilities).all() for p in (own, seen)]
    if not all(known):
        return own.probabilities if known[0] else seen.probabilities
    weight = np.where(where[own.clip], *weights)
    return pool(own.probabilities, seen.probabilities, weight)
