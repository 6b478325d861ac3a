"""Pictures named as they come, by models that are made up, and the attempt in them measured."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from no_models import NOBODY
from stick_figure import attempt, salto

from gymlib.labels import IDLE
from gymlib.pose.follower import Seen
from gymlib.prediction.live import naming
from gymlib.prediction.live.naming import AHEAD, LOST, RATE, REMEMBERED, Live, resampled

GREY = np.zeros((48, 64, 3), np.uint8)


@pytest.mark.slow
@given(st.lists(st.floats(0.01, LOST - 0.01), min_size=1, max_size=30))
def test_straight_movement_is_found_again_whenever_pictures_came(steps):
    times = np.cumsum([0.0, *steps])
    way = np.array([3.0, -1.0])
    keypoints = np.tile(times[:, None, None] * way, (1, 33, 1))
    found = resampled(times, keypoints)
    at = times[-1] - np.arange(len(found))[::-1] / RATE
    assert 0 <= at[0] - times[0] < 1 / RATE + 1e-6
    np.testing.assert_allclose(found[:, 0], at[:, None] * way, atol=1e-6)


def test_gaps_are_filled_only_if_they_are_short():
    times = np.array([0.0, 0.1, 0.2, 0.3, 0.6, 0.7])
    keypoints = np.ones((6, 33, 2))
    keypoints[2] = np.nan  # 0.1 to 0.3 s: short
    found = np.isfinite(resampled(times, keypoints)).all(axis=(1, 2))
    at = times[-1] - np.arange(len(found))[::-1] / RATE
    np.testing.assert_array_equal(found, (at < 0.3 + 1e-6) | (at > 0.6 - 1e-6))
    assert np.isnan(resampled(times, np.full((6, 33, 2), np.nan))).all()


class Film:
    """A made-up athlete who turns one back somersault after three seconds and then stands."""

    def __init__(self, monkeypatch):
        keypoints, labels = salto(way=-1)
        own = attempt(keypoints, labels)
        still = round(3 * RATE)
        pixels = own.keypoints * own.size
        self.size = own.size
        self.keypoints = np.concatenate(
            [np.repeat(pixels[:1], still, 0), pixels, np.repeat(pixels[-1:], 2 * still, 0)]
        )
        self.labels = np.concatenate([np.zeros(still), labels, np.zeros(2 * still)]).astype(np.int8)
        self.asked = []
        monkeypatch.setattr(naming, "predict_clip", self.predict)
        monkeypatch.setattr(naming, "label_clip", self.label)

    def at(self, time):
        return min(round(time * RATE), len(self.labels) - 1)

    def follow(self, time, picture):
        self.now = time
        return Seen(self.keypoints[self.at(time)], 0.9)

    def predict(self, own, clip, mirrored=False):
        """The true labels of the frames of a clip that ends now."""
        self.asked.append(len(clip))
        return self.true(clip)

    def true(self, clip):
        times = self.now - np.arange(len(clip))[::-1] / RATE
        return np.eye(4)[[self.labels[self.at(max(time, 0))] for time in times]]

    def label(self, own, clip):
        return self.true(clip).argmax(axis=1)

    def live(self):
        return Live(NOBODY, self.follow)


def test_every_picture_gets_the_name_of_its_own_time_once(monkeypatch):
    film = Film(monkeypatch)
    live, named, times = film.live(), [], np.arange(0, 6, 1 / 15)
    for time in times:
        new = live.add(float(time), GREY)
        assert all(one.time <= time - AHEAD + 1e-9 for one in new)
        named += new
    assert [one.time for one in named] == [t for t in times if t <= times[-1] - AHEAD]
    assert [one.label for one in named] == [film.labels[film.at(one.time)] for one in named]


@pytest.mark.slow
def test_an_attempt_is_measured_when_it_is_over(monkeypatch):
    film = Film(monkeypatch)
    live, seen = film.live(), []
    picture = np.zeros((film.size[1], film.size[0], 3), np.uint8)
    for time in np.arange(0, 10, 1 / RATE):
        live.add(float(time), picture)
        seen.append(live.attempted)
    first = next(k for k, one in enumerate(seen) if one is not None)
    assert seen[-1] is seen[first], "one attempt, measured once"
    assert seen[-1].row["name"] == "back somersault"
    assert seen[-1].row["flight_time"].holds(2 / 3)
    assert first / RATE == pytest.approx(seen[-1].ended + naming.SETTLED + AHEAD, abs=0.1)


@pytest.mark.slow
def test_an_evening_needs_no_more_memory_than_a_minute(monkeypatch):
    film = Film(monkeypatch)
    live = film.live()
    for time in np.arange(0, 60, 0.1):
        live.add(float(time), GREY)
    assert len(live._poses) <= REMEMBERED / 0.1 + 2
    assert len(live._waiting) <= AHEAD / 0.1 + 1
    assert max(film.asked) <= naming.WINDOW * RATE + 1


def test_as_long_as_nobody_is_seen_nothing_has_a_name():
    live = Live(NOBODY, lambda time, picture: None)
    named = [one for k in range(20) for one in live.add(k / 10, GREY)]
    assert len(named) >= 16 and {one.label for one in named} == {-1}
    assert np.isnan([one.probabilities for one in named]).all()


def test_time_goes_on_and_pictures_keep_their_size():
    live = Live(NOBODY, lambda time, picture: None)
    live.add(1.0, GREY)
    with pytest.raises(ValueError, match=r"expected a picture later than 1.0 s, found 1.0"):
        live.add(1.0, GREY)
    with pytest.raises(
        ValueError, match=r"expected pictures of \(64, 48\) pixels, found \(48, 48\)"
    ):
        live.add(2.0, GREY[:, :48])


def test_idle_is_the_code_zero():
    assert IDLE == 0  # what Film's idle is
