"""How far judges agree on what they take off, in points and as intraclass correlations.

Shrout and Fleiss (1979), "Intraclass correlations: uses in assessing rater reliability",
Psychological Bulletin 86, 420-428, by the names of McGraw and Wong (1996), Psychological Methods 1,
30-46. Only clips that all judges judged count; arrays are (clips, judges), in points.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd
from jaxtyping import Float

from gymlib.annotation.scores import panels
from gymlib.evaluation import chance

ROUNDING = 1e-20
"""Share of the mean square of all points below which a mean square is 0."""


class MeanSquares(NamedTuple):
    """Of a two-way analysis of variance with one score in a cell (Shrout and Fleiss, table 3)."""

    clips: Float[np.ndarray, "*draws"]
    judges: Float[np.ndarray, "*draws"]
    rest: Float[np.ndarray, "*draws"]


def mean_squares(points: Float[np.ndarray, "*draws clips judges"]) -> MeanSquares:
    """Between clips, between judges, and what neither explains; two of each at least."""
    n, k = points.shape[-2:]
    clips, judges = points.mean(axis=-1, keepdims=True), points.mean(axis=-2, keepdims=True)
    grand = points.mean(axis=(-2, -1), keepdims=True)
    parts = (
        (k * (clips - grand) ** 2, n - 1),
        (n * (judges - grand) ** 2, k - 1),
        ((points - clips - judges + grand) ** 2, (n - 1) * (k - 1)),
    )
    floor = ROUNDING * (points**2).mean(axis=(-2, -1))
    found = (part.sum(axis=(-2, -1)) / degrees for part, degrees in parts)
    return MeanSquares(*(np.where(square > floor, square, 0.0) for square in found))


class Intraclass(NamedTuple):
    """Shares of the variance that lie between clips; 1 if judges agree, NaN if nothing varies."""

    single: Float[np.ndarray, "*draws"]
    """ICC(2,1), or ICC(A,1): one judge of many who could have judged, in points."""
    average: Float[np.ndarray, "*draws"]
    """ICC(2,k), or ICC(A,k): the mean of as many judges."""
    consistent: Float[np.ndarray, "*draws"]
    """ICC(3,1), or ICC(C,1): one judge, were none stricter than others throughout."""


def intraclass(points: Float[np.ndarray, "*draws clips judges"]) -> Intraclass:
    """Intraclass correlations of whole panels; they may be below 0."""
    n, k = points.shape[-2:]
    clips, judges, rest = mean_squares(points)
    alone = clips + (k - 1) * rest
    with np.errstate(invalid="ignore", divide="ignore"):
        return Intraclass(
            single=(clips - rest) / (alone + k * (judges - rest) / n),
            average=(clips - rest) / (clips + (judges - rest) / n),
            consistent=(clips - rest) / alone,
        )


def apart(points: Float[np.ndarray, "*draws clips judges"]) -> Float[np.ndarray, "*draws"]:
    """Mean distance between two judges of one clip, in points, over all pairs of judges."""
    first, second = np.triu_indices(points.shape[-1], 1)
    distance = np.abs(points[..., first] - points[..., second])
    return np.asarray(distance.mean(axis=(-2, -1)))


def agreement(scores: pd.DataFrame, samples: int = chance.SAMPLES, seed: int = 0) -> pd.DataFrame:
    """A row per element, and one for all together where there are several.

    Parameters
    ----------
    scores : as :func:`gymlib.annotation.scores.read` gives it.

    Returns
    -------
    Columns element, judges, judged (clips that anybody judged), clips (that all these judges
    judged, which count), and mean, low and high of apart (points), single, average and consistent
    (:class:`Intraclass`). Intervals are percentile bootstraps over clips; all are NaN with fewer
    than two judges or two clips.
    """
    rows = []
    for element, panel in panels(scores).items():
        points = panel.dropna().to_numpy()
        n, k = points.shape
        drawn = np.random.default_rng(seed).integers(max(n, 1), size=(samples, n))
        every = points[np.vstack([np.arange(n), drawn])]  # (1 + samples, clips, judges)
        empty = np.full(1 + samples, np.nan)
        measures = {"apart": empty} | dict.fromkeys(Intraclass._fields, empty)
        if min(n, k) > 1:
            measures = {"apart": apart(every), **intraclass(every)._asdict()}
        row = {"element": element, "judges": k, "judged": len(panel), "clips": n}
        rows.append(
            row | {c: v for m, own in measures.items() for c, v in chance.columns(m, own).items()}
        )
    return pd.DataFrame(rows)
