"""Judges beside each other, and beside what measurements say of their deductions."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from pandas.io.formats.style import Styler

from gymlib.evaluation.deductions import Predicted
from gymlib.kinematics import Measurement
from gymlib.kinematics.words import WORDS, ranged
from gymlib.plots.style import SERIES_COLOURS

AGREEMENT = {
    "apart": "two judges apart (points)", "single": "ICC(2,1), one judge",
    "average": "ICC(2,k), their mean", "consistent": "ICC(3,1), strictness taken out",
}  # fmt: skip
DISTANCES = {
    "r2": "R²", "measurements": "measurements, points from a judge",
    "baseline": "the mean deduction", "judges": "the other judges",
}  # fmt: skip


def plot_predicted(own: Predicted, ax: Axes | None = None) -> Axes:
    """What judges deducted against what measurements predict, a point per clip.

    Bars reach from the mildest to the strictest judge; on the dashed line both are equal.
    """
    ax = ax or plt.subplots(figsize=(5, 5))[1]
    judged = own.judged.to_numpy()
    mean = judged.mean(axis=1)
    ends = [mean - judged.min(axis=1), judged.max(axis=1) - mean]
    every = np.concatenate([judged.ravel(), own.points])
    ax.plot([every.min(), every.max()], [every.min(), every.max()], "--", color="#999999", lw=1)
    ax.errorbar(mean, own.points, xerr=ends, fmt="o", ms=4, elinewidth=1, color=SERIES_COLOURS[4])
    ax.set(xlabel="what these judges deducted (points)", aspect="equal")
    ax.set_ylabel(f"predicted, each {own.by} left out (points)")
    return ax


def style_agreement(found: pd.DataFrame) -> Styler:
    """How far judges agree: a Styler of :func:`gymlib.evaluation.judges.agreement`."""
    rows = [
        {"": own["element"], "judges": own["judges"], "clips": f"{own['clips']} of {own['judged']}"}
        | {words: _interval(own, name) for name, words in AGREEMENT.items()}
        for _, own in found.iterrows()
    ]
    return pd.DataFrame(rows).style.set_uuid("agreement").hide(axis="index")


def style_distances(found: pd.DataFrame) -> Styler:
    """How far judges and what is predicted are apart: a Styler.

    ``found`` as :func:`gymlib.evaluation.deductions.table` gives it.
    """
    rows = [
        {"": own["element"], "clips": own["clips"], "left out": f"{own['groups']} {own['by']}s"}
        | {words: _interval(own, name) for name, words in DISTANCES.items()}
        for _, own in found.iterrows()
    ]
    return pd.DataFrame(rows).style.set_uuid("distances").hide(axis="index")


def style_slopes(found: pd.DataFrame) -> Styler:
    """What measurements go with: a Styler of :func:`gymlib.evaluation.deductions.slopes`."""
    rows = []
    for _, own in found.iterrows():
        words = WORDS[own["measurement"]]
        rows.append({
            "": words.name, "a standard deviation": f"{own['sd']:.{words.digits + 1}f}{words.unit}",
            "goes with (points)": _interval(own, "points"), "clips without it": own["missing"],
        })  # fmt: skip
    return pd.DataFrame(rows).style.set_uuid("slopes").hide(axis="index")


def _interval(row: pd.Series, name: str) -> str:
    ends = (row[f"{name}_{end}"] for end in ("mean", "low", "high"))
    return ranged(Measurement(*ends, "points"), 2)
