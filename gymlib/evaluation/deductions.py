"""What judges deducted, predicted from measurements: never a score of an attempt.

A straight line through measurements that are brought to one scale (ridge regression, Hoerl and
Kennard 1970, Technometrics 12). Nothing of a clip's video has taught what is predicted of it: what
stands in for missing measurements, the scale and the strength of the ridge are those of the
training videos alone.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from jaxtyping import Float
from sklearn.impute import SimpleImputer
from sklearn.linear_model import RidgeCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from gymlib.annotation.scores import panels
from gymlib.evaluation import chance, splits
from gymlib.kinematics.words import WORDS

LEAST = 10
"""Clips from which on anything is predicted."""
FOLDS = 5
ALPHAS = np.logspace(-1, 4, 11)
"""Strengths of the ridge; the best for training clips left out one by one is taken."""


class Predicted(NamedTuple):
    """Clips in rows, and what was said of each by models that had not seen its group.

    Attributes
    ----------
    measured : a column per measurement, NaN where it could not be taken.
    judged : a column per judge, in points.
    by : "video" or "clip": what groups are. groups : of each clip.
    points : predicted from the measurements. baseline : the training clips' mean deduction.
    slopes : (folds, measurements), points per standard deviation of each.
    """

    measured: pd.DataFrame
    judged: pd.DataFrame
    by: str
    groups: list[str]
    points: Float[np.ndarray, " clips"]
    baseline: Float[np.ndarray, " clips"]
    slopes: Float[np.ndarray, "folds measurements"]


def predicted(
    scores: pd.DataFrame, measurements: pd.DataFrame, videos: Mapping[str, str], seed: int = 0
) -> dict[str, Predicted]:
    """Element -> what is predicted of it; elements with fewer than :data:`LEAST` clips have none.

    Counted are clips that all judges of the element judged, and that show one measured attempt:
    of several nobody knows which was judged. Where all are of one video, clips are left out in
    place of videos.

    Parameters
    ----------
    scores : as :func:`gymlib.annotation.scores.read` gives it.
    measurements : rows of ``measurements.csv``. videos : clip -> its video.
    """
    single = measurements[~measurements["clip"].duplicated(keep=False)].set_index("clip")
    single = single[list(WORDS)].dropna(axis=1, how="all")
    found = {}
    for element, panel in panels(scores).items():
        judged = panel.dropna()
        judged = judged[judged.index.isin(single.index)]
        if len(judged) >= LEAST:
            groups = [videos[clip] for clip in judged.index]
            by = "video" if len(set(groups)) > 1 else "clip"
            groups = groups if by == "video" else list(judged.index)
            own = single.loc[judged.index]
            found[element] = Predicted(own, judged, by, groups, *held_out(
                own.to_numpy(float), judged.to_numpy().mean(axis=1), groups, seed
            ))  # fmt: skip
    return found


def held_out(
    measured: Float[np.ndarray, "clips measurements"],
    deducted: Float[np.ndarray, " clips"],
    groups: Sequence[str],
    seed: int = 0,
) -> tuple[
    Float[np.ndarray, " clips"],
    Float[np.ndarray, " clips"],
    Float[np.ndarray, "folds measurements"],
]:
    """``points``, ``baseline`` and ``slopes`` of :class:`Predicted`.

    Raises ValueError with fewer than two groups.
    """
    points, baseline, slopes = np.empty(len(deducted)), np.empty(len(deducted)), []
    count = min(FOLDS, len(set(groups)))
    for fold in splits.kfold(np.arange(len(deducted)), groups, count, seed):
        train, test = fold.train, fold.test
        model = make_pipeline(
            SimpleImputer(strategy="median", keep_empty_features=True),
            StandardScaler(),
            RidgeCV(ALPHAS),
        ).fit(measured[train], deducted[train])
        points[test], baseline[test] = model.predict(measured[test]), deducted[train].mean()
        slopes.append(model[-1].coef_)
    return points, baseline, np.stack(slopes)


def table(found: Mapping[str, Predicted], seed: int = 0) -> pd.DataFrame:
    """How far predictions are from the judges, a row per element.

    Returns
    -------
    Columns element, clips, groups, by, and mean, low and high of r2 (of the judges' mean
    deduction), and of the mean distance from a judge, in points: of what ``measurements`` predict,
    of the ``baseline``, and of the other ``judges``' mean (NaN with one judge). Intervals are
    percentile bootstraps over groups, NaN with fewer than :data:`FOLDS`: they would look narrow.
    """
    rows = []
    for element, own in found.items():
        judged = own.judged.to_numpy()
        names, group = np.unique(own.groups, return_inverse=True)
        samples = chance.SAMPLES if len(names) >= FOLDS else 0
        weights = chance.draws(np.random.default_rng(seed), len(names), samples)[:, group]
        row = {"element": element, "clips": len(judged), "groups": len(names), "by": own.by}
        row |= chance.columns("r2", _r2(judged.mean(axis=1), own.points, weights))
        k = judged.shape[1]
        others = (judged.sum(axis=1, keepdims=True) - judged) / (k - 1) if k > 1 else np.nan
        said = {
            "measurements": own.points[:, None],
            "baseline": own.baseline[:, None],
            "judges": others,
        }
        for name, points in said.items():
            away = np.abs(judged - points).mean(axis=1)  # (clips,)
            row |= chance.columns(name, weights @ away / weights.sum(axis=1))
        rows.append(row)
    return pd.DataFrame(rows)


def _r2(true, points, weights) -> Float[np.ndarray, " rows"]:
    """Share of the variance explained, for every row of weights; NaN if nothing varies."""
    mean = weights @ true / weights.sum(axis=1)
    spread = (weights * (true - mean[:, None]) ** 2).sum(axis=1)
    error = weights @ (true - points) ** 2
    return 1 - np.divide(error, spread, out=np.full(len(spread), np.nan), where=spread > 1e-12)


def slopes(own: Predicted) -> pd.DataFrame:
    """A row per measurement, the steepest first: what a standard deviation more of it goes with.

    Columns measurement, sd (in its unit), missing (clips without it), and points: mean, low and
    high over the folds. Measurements that go together share what they explain.
    """
    found = pd.DataFrame({
        "measurement": own.measured.columns,
        "sd": own.measured.std(ddof=0).to_numpy(),
        "missing": own.measured.isna().sum().to_numpy(),
        "points_mean": own.slopes.mean(axis=0),
        "points_low": own.slopes.min(axis=0),
        "points_high": own.slopes.max(axis=0),
    })  # fmt: skip
    return found.sort_values("points_mean", key=np.abs, ascending=False, ignore_index=True)
