"""Live on the screen, and without one."""

import numpy as np
import pytest
from simulated_film import gymnast
from stick_figure import attempt, salto

from gymlib import __main__ as command
from gymlib import kinematics
from gymlib.prediction.live import screen
from gymlib.prediction.live.naming import Attempted, Named


@pytest.fixture
def attempted():
    keypoints, labels = salto(way=-1)
    (row,) = kinematics.measure(attempt(keypoints, labels))
    return Attempted(2.0, row)


def test_an_attempt_in_words(attempted):
    name, *numbers = screen.words(attempted)
    assert name == "back somersault, tucked, standing"
    assert numbers[0].startswith("flight time 0.67 seconds (0.6")
    assert len(numbers) <= len(screen.SHOWN)


def test_the_last_attempt_stands_at_the_bottom(attempted):
    one = Named(1.0, np.full((480, 640, 3), 90, np.uint8), None, 2, np.array([0, 0, 1.0, 0]))
    before, after = screen.draw(one, None), screen.draw(one, attempted)
    changed = np.flatnonzero((before != after).any(axis=(1, 2)))
    assert changed.min() > 240 and changed.max() < 480
    assert (one.picture == 90).all()


@pytest.mark.parametrize(("system", "screens", "there"), [
    ("linux", {}, False), ("linux", {"DISPLAY": ":0"}, True), ("darwin", {}, True),
])  # fmt: skip
def test_a_screen(monkeypatch, system, screens, there):
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    for name, value in screens.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(screen.sys, "platform", system)
    assert screen.has_screen() is there


@pytest.mark.slow
def test_a_camera_that_is_not_there(capfd, monkeypatch):
    monkeypatch.delenv("DISPLAY", raising=False)
    assert command.main(["live", "77"]) == 2
    assert "camera 77 cannot be opened; is it plugged in" in capfd.readouterr().err


@pytest.mark.slow(seconds=30)
def test_a_film_plays_instead_of_a_camera(tmp_path, capfd, monkeypatch):
    """However few of its pictures a busy machine names, it gets to the end and says what it saw."""
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    assert command.main(["live", str(gymnast(tmp_path / "salto.mp4"))]) == 0
    said = capfd.readouterr().out
    assert " s  " in said and "pictures were named" in said
