"""Measurements as a film's page shows them, on a somersault drawn on paper."""

import numpy as np
import pytest
from stick_figure import attempt, salto

from gymlib.kinematics import Measurement, measure
from gymlib.prediction.film_report import measured


def _row():
    keypoints, labels = salto(way=-1)
    clip = attempt(keypoints, labels)
    return clip, labels, measure(clip)[0]


def test_lines_in_words_with_interval_unit_and_rule():
    _, _, row = _row()
    found = {line.name: line for line in measured.lines(row)}
    flight = found["flight time"]
    assert (flight.value, flight.unit, flight.rule) == ("0.67", "seconds", "")
    low, high = map(float, flight.interval.split(" to "))
    assert low < 0.67 < high
    assert "hips are below the knees (USAG Xcel code)" in found["hips above the knees, lowest"].rule
    assert measured.named(row) == "back somersault, tucked, standing"


def test_what_was_not_seen_has_no_line_and_an_open_end_says_so():
    _, _, row = _row()
    row = row | {
        "height": Measurement.unseen("metres"),
        "flight_time": Measurement(1.0, 0.9, np.inf, "seconds"),
        "entry": "",
    }
    found = {line.name: line for line in measured.lines(row)}
    assert "height of the flight" not in found
    assert found["flight time"].interval == "0.90 to ?"
    assert measured.named(row) == "back somersault, tucked"
    twice = {"name": "front somersault, front somersault", "shape": "tucked, piked", "entry": ""}
    assert measured.named(row | twice) == "2 × front somersault, tucked, piked"


@pytest.mark.slow
def test_the_picture_is_a_png():
    clip, labels, row = _row()
    assert measured.picture(clip, row, labels).startswith(b"\x89PNG")
