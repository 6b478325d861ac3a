"""Errors against the truth: on paper, and on generated skeletons."""

import numpy as np
import pandas as pd
import pytest
from stick_figure import attempt, salto

from gymlib.dataset import Dataset
from gymlib.kinematics import accuracy, measure, truth
from gymlib.kinematics.measure import HEADER, columns, measure_dataset
from gymlib.labels import encode
from gymlib.simulation import skeletons
from gymlib.simulation.plan import many


def _measured(**changes) -> dict:
    keypoints, labels = salto()
    return columns("a", measure(attempt(keypoints, labels))[0]) | changes


def _true(**changes) -> dict:
    row = dict.fromkeys(accuracy.TOLERANCES, np.nan)
    names = {"name": "front somersault", "shape": "tucked", "entry": "standing"}
    known = {"clip": "a", "attempt": 1, "interval": 1 / 30, "rotation": 360.0}
    return row | known | names | changes


@pytest.mark.slow
def test_right_missed_and_not_measured_on_paper():
    measured = [
        _measured(),
        _measured(clip="b", rotation=330.0, rotation_low=300.0, rotation_high=365.0),
        _measured(clip="c", rotation=np.nan, name=""),
    ]
    true = [_true(flight_time=0.65), _true(clip="b"), _true(clip="c", entry="")]
    table = accuracy.error_table(pd.DataFrame(measured, columns=list(HEADER)), pd.DataFrame(true))
    row = table.loc["rotation"]
    assert row["attempts"] == 3 and row["measured"] == pytest.approx(2 / 3)
    assert row["right"] == pytest.approx(1 / 3) and row["held"] == 1
    assert row["median error"] == pytest.approx(15, abs=0.5)
    assert table.loc["flight_time", "attempts"] == 1 and table.loc["flight_time", "right"] == 1
    assert table.loc["name", "right"] == pytest.approx(2 / 3)
    assert table.loc["entry", "attempts"] == 2 and table.loc["entry", "right"] == 1
    assert table.loc["all three", "right"] == pytest.approx(2 / 3)


@pytest.mark.slow
def test_slow_motion_found_missed_and_seen_where_there_is_none():
    slow = [3.0, 2.0, 1.0, 1.0]
    measured = [_measured(clip=clip) for clip in "abcd"]
    measured[0] |= {"pace": 2.8, "pace_low": 2.5, "pace_high": 3.3}
    measured[3] |= {"pace": 1.6, "pace_low": 1.5, "pace_high": 1.7}
    true = [_true(clip=clip, slow=own) for clip, own in zip("abcd", slow)]
    table = accuracy.pace_table(pd.DataFrame(measured), pd.DataFrame(true))
    row = table.loc["pace"]
    assert (row["attempts"], row["measured"], row["right"], row["held"]) == (2, 0.5, 0.5, 1)
    assert row["median error"] == pytest.approx(0.2)
    row = table.loc["in time"]
    assert (row["attempts"], row["measured"], row["right"]) == (2, 0.5, 0.5)
    none = accuracy.pace_table(pd.DataFrame(measured[2:]), pd.DataFrame(true[2:]))
    assert none.loc["pace", "attempts"] == 0 and np.isnan(none.loc["pace", "right"])


@pytest.mark.slow
def test_generated_skeletons_from_the_folder_to_the_table(tmp_path):
    data = Dataset("skeletons", tmp_path)
    skeletons.make(data.folder, clips=4, processes=1)
    planned = accuracy.planned(data)
    assert [clip.clip for clip in planned] == list(data.clips["clip"])
    assert planned == many(4)
    votes = pd.read_csv(data.annotation("A"))
    labels = {}
    for clip, own in votes.groupby("clip"):
        lengths = own["end"] - own["start"] + 1
        labels[clip] = np.repeat(encode(own["label"]), lengths)
    slow = {clip.clip: clip.attempt.slow for clip in planned}
    true = truth.table(planned, skeletons.RATE)
    table = accuracy.error_table(measure_dataset(data, labels, slow), true)
    assert accuracy.pace_table(measure_dataset(data, labels), true)["attempts"].sum() >= 2
    assert table.loc["takeoff", "attempts"] >= 2
    assert table.loc["takeoff", "median error"] < 2


def test_a_data_set_that_was_filmed_has_no_truth(tmp_path):
    data = Dataset("mine", tmp_path)
    data.folder.mkdir(parents=True)
    with pytest.raises(ValueError, match=r"mine has no simulation.json, .* take simulated or skel"):
        accuracy.planned(data)
