"""Late fusion: what a network of skeletons and one of the picture say, weighed against each other.

Their probabilities are averaged as logarithms (a logarithmic opinion pool, Genest and Zidek 1986,
"Combining probability distributions"). One weight for all frames: with another one where no pose
was found, answers changed at the borders of gaps, and on simulated videos segments broke.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Float
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

from gymlib import models
from gymlib.dataset import Dataset
from gymlib.evaluation import benchmark, timelines
from gymlib.evaluation.timelines import LEAST, Timeline
from gymlib.features.picture import extraction
from gymlib.features.picture.clips import clips_with_picture
from gymlib.files.tables import read_table
from gymlib.models import fusion


def run(data: Dataset, profile: str = "full", *, cluster: str | None = None) -> None:
    """Train and test early fusion and the picture alone by the rules of the benchmark.

    The picture is looked at first, where that has not been done. Recipes are registered from then
    on, so that :func:`gymlib.evaluation.benchmark.read` finds them.

    Raises gymlib.features.picture.extraction.PictureError for a data set without films.
    """
    extraction.extract(data)
    clips = clips_with_picture(data)
    for recipe in map(models.register, fusion.RECIPES):
        benchmark.run_one(data, clips, recipe, profile, cluster)


def records(data: Dataset, profile: str = "full") -> list[Path]:
    """Of the networks that :func:`run` has tested: the files that are written last."""
    files = (benchmark.record_of(data, recipe, profile) for recipe in fusion.RECIPES)
    return [file for file in files if file.is_file()]


def answers(
    data: Dataset, skeleton: Sequence[Timeline], profile: str = "full"
) -> dict[str, list[Timeline]]:
    """Title -> what the picture alone says, and early and late fusion with ``skeleton``.

    ``skeleton`` is what a network of skeletons says by the same rules. Empty before :func:`run`.
    """
    files = records(data, profile)
    if len(files) < len(fusion.RECIPES):
        return {}
    titles = [recipe.title for recipe in fusion.RECIPES]
    tables = [read_table(file.parent / "predictions.parquet") for file in files]
    found = {title: timelines.read(data, own) for title, own in zip(titles, tables)}
    return found | {"Late fusion": late(skeleton, found[fusion.PICTURE.title])}


def late(skeleton: Sequence[Timeline], picture: Sequence[Timeline]) -> list[Timeline]:
    """The pool of two networks that were tested on the same folds.

    The weight of a fold comes from the clips that the other folds tested, as temperatures do in
    :func:`gymlib.evaluation.timelines.calibrate`. A clip that one of the two does not know has the
    other's answer.

    Raises ValueError for clips that only one was tested on, or in another fold.
    """
    pairs = _pairs(skeleton, picture)
    folds = {max(own.outer, seen.outer) for own, seen in pairs}
    weights = {fold: fit([p for p in pairs if p[0].outer != fold]) for fold in folds}
    return [_fused(own, seen, weights[max(own.outer, seen.outer)]) for own, seen in pairs]


def fit(pairs: Sequence[tuple[Timeline, Timeline]]) -> float:
    """The weight of the second of each pair with which the labels are likeliest, 0 to 1.

    Frames without a label, and clips that one of the two does not know, do not count; where nothing
    is left both count alike.
    """
    both = [p for p in pairs if all(map(_known, p))]
    if not both:
        return 0.5
    first, true = timelines.known([own for own, _ in both])
    second, _ = timelines.known([seen for _, seen in both])

    def surprise(weight: float) -> float:
        """Mean negative log-likelihood, convex in the weight."""
        return -np.log(pool(first, second, weight)[np.arange(len(true)), true]).mean()

    return float(minimize_scalar(surprise, bounds=(0, 1), method="bounded").x)


def pool(
    first: Float[np.ndarray, "frames 4"], second: Float[np.ndarray, "frames 4"], weight: float | int
) -> Float[np.ndarray, "frames 4"]:
    """Probabilities in proportion to first^(1 - weight) second^weight.

    >>> one, other = np.array([[0.7, 0.1, 0.1, 0.1]]), np.array([[0.1, 0.7, 0.1, 0.1]])
    >>> pool(one, other, 0.5).round(2)
    array([[0.36, 0.36, 0.14, 0.14]])
    """
    logs = [np.log(np.maximum(p, LEAST)) for p in (first, second)]
    return np.exp(log_softmax((1 - weight) * logs[0] + weight * logs[1], axis=1))


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


def _known(own: Timeline) -> bool:
    return bool(np.isfinite(own.probabilities).all())


def _fused(own: Timeline, seen: Timeline, weight: float) -> Timeline:
    if not (_known(own) and _known(seen)):
        return own if _known(own) else seen
    pooled = pool(own.probabilities, seen.probabilities, weight)
    return own._replace(seen=own.seen | seen.seen, probabilities=pooled)
