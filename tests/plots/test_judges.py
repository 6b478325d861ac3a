"""Judges and predictions as they are drawn and set in tables."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from gymlib.evaluation.deductions import Predicted
from gymlib.plots.judges import plot_predicted, style_agreement, style_distances, style_slopes


@pytest.fixture(autouse=True)
def close():
    yield
    plt.close("all")


def test_points_and_bars_are_where_judges_and_predictions_are():
    judged = pd.DataFrame({"anna": [0.1, 0.4], "ben": [0.3, 0.4]}, index=["a", "b"])
    points = np.array([0.25, 0.35])
    ax = plot_predicted(
        Predicted(pd.DataFrame(index=judged.index), judged, "video", ["v", "w"], points, points,
                  np.zeros((2, 0)))
    )  # fmt: skip
    dots, _, (bars,) = ax.containers[0].lines
    np.testing.assert_allclose(dots.get_xydata(), [[0.2, 0.25], [0.4, 0.35]])
    np.testing.assert_allclose(bars.get_segments()[0], [[0.1, 0.25], [0.3, 0.25]])
    assert ax.get_xlabel() == "what these judges deducted (points)"
    assert ax.get_ylabel() == "predicted, each video left out (points)"


def ends(*names):
    return {f"{n}_{e}": v for n in names for e, v in zip(("mean", "low", "high"), (0.5, -0.1, 1))}


def test_tables_say_what_is_not_known():
    both = pd.DataFrame([{"element": "landing", "judges": 2, "judged": 8, "clips": 6}])
    own = both.assign(**ends("apart", "single", "average"), consistent_mean=np.nan,
                      consistent_low=np.nan, consistent_high=np.nan)  # fmt: skip
    cells = style_agreement(own).data.iloc[0]
    assert cells["clips"] == "6 of 8" and cells["ICC(2,1), one judge"] == "0.50 (−0.10 to 1.00)"
    assert cells["ICC(3,1), strictness taken out"] == "–"
    far = pd.DataFrame([{"element": "landing", "clips": 6, "groups": 3, "by": "video"}])
    cells = style_distances(
        far.assign(**ends("r2", "measurements", "baseline", "judges"))
    ).data.iloc[0]
    assert cells["left out"] == "3 videos" and cells["R²"] == "0.50 (−0.10 to 1.00)"
    steep = pd.DataFrame([{"measurement": "landing_knee", "sd": 20, "missing": 1}])
    cells = style_slopes(steep.assign(**ends("points"))).data.iloc[0]
    assert cells["a standard deviation"] == "20.0°" and cells["clips without it"] == 1
