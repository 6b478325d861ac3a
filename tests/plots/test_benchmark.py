"""Pictures of many architectures: what stands where."""

import numpy as np
import pandas as pd
import pytest

from gymlib import models
from gymlib.evaluation.metrics.calibration import Calibration
from gymlib.evaluation.ranking import Ranking
from gymlib.evaluation.sequence_scores import MEASURES
from gymlib.plots import benchmark as draw
from gymlib.plots import tables


def scores():
    rows = []
    for name, accuracy in (("cnn", 60.0), ("lstm", 80.0), ("mstcn", 88.0)):
        for decoded in (False, True):
            row = {"architecture": name, "decoded": decoded, "clips": 6, "frames": 100}
            for measure in MEASURES:
                mean = accuracy + 2 * decoded
                ends = {"mean": mean, "low": mean - 3, "high": mean + 4}
                row |= {f"{measure}_{end}": value for end, value in ends.items()}
            rows.append(row)
    return pd.DataFrame(rows)


@pytest.mark.slow
def test_scores_stand_best_first_with_their_intervals():
    axes = draw.plot_scores(scores(), {"acc": "accuracy", "edit": "edit score"})
    assert axes.shape == (1, 2)
    names = [label.get_text() for label in axes[0, 0].get_yticklabels()]
    assert names == [models.recipe(name).title for name in ("mstcn", "lstm", "cnn")]
    bars = [bar for container in axes[0, 0].containers for bar in container[2]]
    ends = [tuple(bar.get_segments()[0][:, 0]) for bar in bars]
    assert ends[0] == pytest.approx((85, 92)) and len(ends) == 6


def test_ranks_and_bars():
    p = np.array([[1, 0.4, 0.01], [0.4, 1, 0.01], [0.01, 0.01, 1]])
    ranking = Ranking(["mstcn", "lstm", "cnn"], np.array([1.2, 1.8, 3.0]), p)
    ax = draw.plot_ranking(ranking)
    written = [text.get_text().strip() for text in ax.texts]
    assert written == ["MS-TCN  1.2", "LSTM  1.8", "3.0  CNN"]
    thick = [line for line in ax.lines if line.get_linewidth() > 3]
    assert len(thick) == 1 and thick[0].get_xdata() == pytest.approx([1.15, 1.85])


def test_reliability_and_cost():
    bins = Calibration(np.array([0.5, 0.9]), np.array([0.4, 0.8]), np.array([10, 30]))
    ax = draw.plot_reliability({"as they are": bins})
    assert [t.get_text() for t in ax.get_legend().get_texts()] == ["as they are: error 10 points"]
    costs = pd.DataFrame(
        {"architecture": ["cnn"], "minutes": [2.0], "weights": [900], "score": [70]}
    )
    ax = draw.plot_cost(costs)
    assert ax.texts[0].get_text() == "CNN" and ax.get_xscale() == "log"


def test_names_of_dots_that_lie_together_do_not_cover_each_other():
    names = ["asformer", "differential_rnn", "geometric_lstm", "hierarchical_rnn"]
    costs = pd.DataFrame(
        {"architecture": names, "minutes": [12, 12.5, 13, 30], "weights": 900, "score": 84.0}
    )
    ax = draw.plot_cost(costs)
    boxes = [text.get_window_extent() for text in ax.texts]
    assert not any(a.overlaps(b) for k, a in enumerate(boxes) for b in boxes[:k])
    assert ax.texts[0].get_position() == (7, 4), "the first stands where it is read best"


def test_the_table_has_two_rows_per_architecture_the_best_on_top():
    shown = tables.style_models(scores()).data
    assert list(shown[""]) == ["MS-TCN", "", "LSTM", "", "CNN", ""]
    assert shown["accuracy (%)"].iloc[:2].tolist() == ["88 (85 to 92)", "90 (87 to 94)"]
    assert shown["answer"].iloc[1] == "decoded"


def test_conditions_stand_side_by_side_in_whole_numbers():
    table = pd.DataFrame(
        {"condition": ["idle: walking"], "frames": [1200], "cnn": [79.6], "lstm": [100.0]}
    )
    shown = tables.style_conditions(table).to_string(delimiter=";").splitlines()
    titles = [models.recipe(name).title for name in ("cnn", "lstm")]
    assert shown == [
        "condition;idle: walking", "frames;1,200", f"{titles[0]};80%", f"{titles[1]};100%"
    ]  # fmt: skip
