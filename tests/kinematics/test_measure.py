"""All measurements of an attempt as a row, of a data set as a table."""

import numpy as np
import pandas as pd
import pytest
from stick_figure import attempt, salto
from tiny_dataset import make_dataset

from gymlib.dataset import Dataset, schemas
from gymlib.files.tables import read_table
from gymlib.kinematics import Measurement, measure, measure_dataset
from gymlib.kinematics.measure import HEADER, columns


def test_a_somersault_on_paper():
    keypoints, labels = salto(way=-1)
    (row,) = measure(attempt(keypoints, labels))
    assert (row["name"], row["shape"], row["entry"]) == ("back somersault", "tucked", "standing")
    assert row["flights"] == row["attempt"] == 1
    true = {"takeoff": 19.5, "landing": 39.5, "flight_time": 2 / 3, "rotation": 360,
            "somersaults": 1, "hip": 60, "knee": 60, "half_twist": 0}  # fmt: skip
    for name, value in true.items():
        assert row[name].holds(value), name
        assert row[name].value == pytest.approx(value, rel=0.03, abs=0.3)
    assert row["spin"].value == pytest.approx(360 / (2 / 3), rel=0.1)


def test_every_measurement_has_the_unit_of_its_column():
    keypoints, labels = salto()
    lost = np.full_like(keypoints, np.nan)
    for seen in (keypoints, lost):
        (row,) = measure(attempt(seen, labels))
        units = {name: value.unit for name, value in row.items() if isinstance(value, Measurement)}
        assert units == schemas.MEASURED
    assert row["flight_time"].value == pytest.approx(2 / 3, abs=1e-3)  # the labels say so
    assert row["name"] == row["shape"] == "" and not row["rotation"].seen


@pytest.mark.slow
def test_labels_of_a_model_may_be_handed_over_and_skills_are_counted():
    keypoints, labels = salto()
    twice = np.concatenate([keypoints, keypoints])
    rows = measure(attempt(twice), np.concatenate([labels, labels]))
    assert [row["attempt"] for row in rows] == [1, 2]
    np.testing.assert_allclose(rows[1]["takeoff"].value - rows[0]["takeoff"].value, 60, atol=0.1)
    assert measure(attempt(keypoints), np.zeros(60, np.int8)) == []


@pytest.mark.slow
def test_slow_motion_makes_flights_shorter():
    keypoints, labels = salto()
    real, slow = (measure(attempt(keypoints, labels), slow=k)[0] for k in (1, 2))
    assert slow["flight_time"].value == pytest.approx(real["flight_time"].value / 2)
    assert slow["height"].value == pytest.approx(real["height"].value / 4)
    assert slow["rotation"] == real["rotation"]


def test_without_a_frame_rate_angles_and_frames_are_measured_and_seconds_are_not():
    keypoints, labels = salto()
    (row,) = measure(attempt(keypoints, labels, fps=np.nan))
    assert row["rotation"].seen and row["takeoff"].seen
    assert not row["flight_time"].seen and not row["height"].seen and not row["rise"].seen


def test_labels_are_needed_one_for_each_frame():
    keypoints, labels = salto()
    with pytest.raises(ValueError, match=r"clip paper has no labels, .* label it in notebook 01"):
        measure(attempt(keypoints))
    with pytest.raises(ValueError, match=r"paper: expected a label for each of its 60 .* found 59"):
        measure(attempt(keypoints), labels[:-1])


@pytest.mark.slow
def test_a_data_set_is_one_table_that_can_be_kept(tmp_path):
    data = Dataset(make_dataset(tmp_path, clips=2, processed=True), tmp_path)
    table = measure_dataset(data)
    assert tuple(table.columns) == HEADER
    assert set(table["clip"]) == {"clip_00", "clip_01"}
    file = data.write(table, "measurements.csv")
    again = read_table(file, schemas.MEASUREMENTS)
    pd.testing.assert_frame_equal(again, table, check_dtype=False, rtol=1e-5)
    nothing = {clip: np.zeros(40, np.int8) for clip in data.clips["clip"]}
    assert len(measure_dataset(data, nothing)) == 0


@pytest.mark.slow
def test_other_poses_of_some_clips_are_measured_in_place_of_the_data_sets(tmp_path):
    data = Dataset(make_dataset(tmp_path, clips=3, processed=True), tmp_path)
    poses = data.keypoints[data.keypoints["clip"] != "clip_01"]
    own = measure_dataset(data)
    same = measure_dataset(data, poses=poses.sample(frac=1, random_state=0))
    pd.testing.assert_frame_equal(
        same, own[own["clip"] != "clip_01"].reset_index(drop=True), check_dtype=False
    )
    lost = measure_dataset(data, poses=poses.assign(detected=False))
    assert len(lost) == len(same) and lost["rotation"].isna().all()


def test_a_row_has_value_and_both_ends():
    found = columns("a", {"name": "jump", "hip": Measurement(90, 80, 95, "degrees")})
    assert found == {"clip": "a", "name": "jump", "hip": 90, "hip_low": 80, "hip_high": 95}
