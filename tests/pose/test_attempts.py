"""Attempts in long films: speeds on paper, stretches by their rules, and a simulated film."""

from dataclasses import replace
from itertools import pairwise

import long_film
import numpy as np
import pytest
from footage import film
from hypothesis import given
from hypothesis import strategies as st

from gymlib import video
from gymlib.pose import attempts, camera, networks
from gymlib.pose.attempts import Look, rising, stretches
from gymlib.simulation.plan import plan

FPS, EVERY, TORSO = 30.0, 5, 20.0  # six looks a second


def look(number, *bodies, step=camera.STILL):
    return Look(EVERY * number, np.array(bodies, float).reshape(-1, 3), step)


# --- speeds -----------------------------------------------------------------------------------


def test_up_and_down_counts_and_sideways_does_not():
    """Half a torso in a sixth of a second is three torsos a second."""
    ways = [look(0, (50, 100, TORSO)), look(1, (50, 90, TORSO)), look(2, (80, 90, TORSO))]
    ways += [look(3, (80, 105, TORSO))]
    np.testing.assert_allclose(rising(ways, FPS), [0, 3, 0, 4.5])


def test_the_camera_does_not_count():
    tilted = np.array([[1.0, 0, 0], [0, 1, -10]])
    ways = [look(0, (50, 100, TORSO)), look(1, (50, 90, TORSO), step=tilted)]
    np.testing.assert_allclose(rising(ways, FPS), [0, 0], atol=1e-12)


def test_who_was_not_seen_before_has_no_speed():
    alone = [look(0), look(1, (50, 90, TORSO)), look(2), look(3, (50, 60, TORSO))]
    assert not rising(alone, FPS).any()
    cut = [look(0, (50, 100, TORSO)), look(1, (50, 90, TORSO), step=None)]
    assert not rising(cut, FPS).any()


def test_only_bodies_that_are_nearest_to_each_other_are_the_same():
    """A false detection beside the body, a larger body, and one too far away are somebody else."""
    here = (50, 100, TORSO)
    false = [look(0, here), look(1, here, (50, 88, TORSO))]
    larger = [look(0, here), look(1, (50, 85, 2 * TORSO))]
    far = [look(0, here), look(1, (50, 100 - 5 * TORSO, TORSO))]
    for looks in (false, larger, far):
        assert not rising(looks, FPS).any()


# --- stretches --------------------------------------------------------------------------------


def of_looks(fast, frames):
    """Stretches of a film in which some looks are fast."""
    at = np.arange(0, frames, EVERY)
    return stretches(at, np.where(np.isin(at, fast), 9.0, 0.0), frames, FPS)


def test_two_seconds_around_fast_movement_belong_to_an_attempt():
    assert of_looks([300, 305], 1000) == [(235, 365)]
    assert of_looks([20, 990], 1000) == [(0, 80), (925, 999)], "not beyond the film"


def test_attempts_that_touch_are_one():
    assert of_looks([300, 425], 1000) == [(235, 485)]
    assert of_looks([300, 430], 1000) == [(235, 360), (365, 490)]


def test_a_film_without_fast_movement_is_labelled_whole_in_parts():
    assert of_looks([], 1000) == [(0, 999)]
    assert of_looks([], 2000) == [(0, 1799), (1800, 1999)]


def test_long_stretches_are_divided_where_least_happens():
    at = np.arange(0, 3000, EVERY)
    speeds = np.where(at == 1200, 3.0, 9.0)
    assert stretches(at, speeds, 3000, FPS) == [(0, 1199), (1200, 2999)]


@pytest.mark.slow
@given(st.sets(st.integers(0, 1999)), st.integers(9_990, 10_000))
def test_stretches_hold_every_fast_look_and_stay_apart(fast, frames):
    found = of_looks([EVERY * number for number in fast], frames)
    ends = [end for stretch in found for end in stretch]
    assert ends == sorted(ends) and ends[0] >= 0 and ends[-1] < frames
    assert all(before[1] < after[0] for before, after in pairwise(found))
    assert max(last + 1 - first for first, last in found) <= attempts.LONGEST * FPS
    inside = np.concatenate([np.arange(first, last + 1) for first, last in found])
    assert {EVERY * number for number in fast if EVERY * number < frames} <= set(inside.tolist())


# --- films ------------------------------------------------------------------------------------


def slow_film(path, seconds):
    """One frame a second."""
    video.write_video(path, [np.full((48, 64, 3), 90, np.uint8)] * seconds, 1)
    return path


def test_a_short_film_is_not_cut(tmp_path):
    assert attempts.find(film(tmp_path / "short.mp4")) == []


@pytest.mark.slow
def test_without_litert_a_film_is_cut_by_time(tmp_path, monkeypatch):
    monkeypatch.setattr(networks, "available", lambda: False)
    assert attempts.find(slow_film(tmp_path / "long.mp4", 130)) == [(0, 59), (60, 119), (120, 129)]


@pytest.mark.slow
def test_nobody_in_a_long_film(tmp_path):
    assert attempts.find(slow_film(tmp_path / "long.mp4", 25)) == [(0, 24)]


@pytest.mark.slow(seconds=60)
def test_attempts_of_a_simulated_film_are_found(tmp_path):
    """Two standing backs with waiting around them, in small pictures."""
    clips = [c for c in plan(seed=3, size="quick") if c.session.video == "video1"][:2]
    clips = [replace(c, attempt=replace(c.attempt, late=0.0)) for c in clips]
    borders = long_film.make(tmp_path / "long.mp4", clips, seconds=8)
    found = attempts.find(tmp_path / "long.mp4")
    frames = video.probe(tmp_path / "long.mp4").frames
    for first, last in borders:
        assert any(begin <= first and last <= end for begin, end in found), (borders, found)
    assert sum(last + 1 - first for first, last in found) < 0.8 * frames
