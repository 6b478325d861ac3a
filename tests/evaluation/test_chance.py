"""Intervals of scores: chance in clips and in seeds, on paper and by simulation."""

import numpy as np
import pandas as pd
import pytest

from gymlib.dataset.schemas import PROBABILITIES
from gymlib.evaluation import chance
from gymlib.labels import CLASSES


def table(right, frames=10, folds=2):
    """Predictions of an LSTM's two approaches: clip k has ``right[k]`` of its frames right."""
    rows = []
    for k, count in enumerate(right):
        true = np.arange(frames) % len(CLASSES)
        said = np.where(np.arange(frames) < count, true, (true + 1) % len(CLASSES))
        for model in ("ensemble", "averaged"):
            columns = {"architecture": "lstm", "outer": k % folds, "model": model}
            columns |= {"clip": f"clip_{k:02d}", "frame": np.arange(frames)}
            columns |= {"label": np.array(CLASSES)[true]}
            columns |= dict(zip(PROBABILITIES, np.eye(len(CLASSES))[said].T))
            rows.append(pd.DataFrame(columns))
    return pd.concat(rows, ignore_index=True)


def test_clips_that_are_all_alike_leave_nothing_to_chance():
    found = chance.intervals([table([8] * 12)], samples=50).set_index("approach").loc["LSTM_E"]
    assert found["acc_mean"] == found["acc_low"] == found["acc_high"] == pytest.approx(80)
    assert found["seeds"] == 1


def test_the_mean_is_over_folds_and_seeds():
    first, second = table([10, 6, 8, 6]), table([4, 4, 4, 4])  # folds: clips 0, 2 and 1, 3
    found = chance.intervals([first, second], samples=50).set_index("approach").loc["LSTM_E"]
    assert found["acc_mean"] == pytest.approx(((90 + 60) / 2 + 40) / 2)
    assert found["acc_low"] < 50 and found["acc_high"] > 65  # either seed may be drawn twice


@pytest.mark.slow
def test_the_interval_is_as_wide_as_the_spread_of_clips_makes_it():
    """Of 100 clips, half wholly right: the mean's deviation is 50 / sqrt(100) = 5 points."""
    found = chance.intervals([table([10, 10, 0, 0] * 25)], samples=2000).iloc[0]
    assert found["acc_mean"] == pytest.approx(50)
    assert found["acc_high"] - found["acc_low"] == pytest.approx(2 * 1.96 * 5, rel=0.1)


def test_the_same_chance_every_time():
    tables = [table([3, 9, 5, 7, 2, 8])]
    pd.testing.assert_frame_equal(
        chance.intervals(tables, samples=100), chance.intervals(tables, samples=100)
    )


def test_seeds_of_other_clips_are_refused():
    with pytest.raises(ValueError, match="seed 1 was tested on other clips than seed 0"):
        chance.intervals([table([5, 5, 5]), table([5, 5])], samples=5)
