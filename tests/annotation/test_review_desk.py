"""A review queue while somebody works through it."""

import numpy as np
import pandas as pd
import pytest

from gymlib.annotation import majority, review
from gymlib.annotation.review.desk import Desk, Place
from gymlib.annotation.running_agreement import RunningAgreement
from gymlib.labels import CLASSES, IDLE, LANDING, SKILL, TAKEOFF, segments

GOOD = np.repeat([IDLE, TAKEOFF, SKILL, LANDING], 10).astype(np.int8)
LATE = np.repeat([IDLE, TAKEOFF, SKILL, LANDING], [10, 10, 16, 4]).astype(np.int8)
BARE = np.repeat([IDLE, SKILL, LANDING], [20, 10, 10]).astype(np.int8)  # no take-off


@pytest.fixture
def votes():
    return {"one": np.stack([GOOD, GOOD, BARE], axis=1), "two": np.stack([GOOD, LATE, GOOD], 1)}


def queue_of(votes) -> pd.DataFrame:
    names = list("ABC")
    runs = {
        name: pd.DataFrame(
            [
                {"clip": clip, "start": run.start, "end": run.end, "label": CLASSES[run.label]}
                for clip, own in votes.items()
                for run in segments(own[:, column])
            ]
        )
        for column, name in enumerate(names)
    }
    clips = pd.DataFrame({"clip": list(votes), "frames": [len(own) for own in votes.values()]})
    return review.queue(majority.label_table(runs, clips), names)


@pytest.fixture
def desk(votes):
    return Desk(queue_of(votes), votes, "ABC", "C")


def test_what_the_cases_are(desk):
    assert desk.places == [
        Place("one", 20, 29, review.ORDER),
        Place("one", 10, 19, review.VOTES),
        Place("two", 30, 35, review.VOTES),
    ]
    assert not any(map(desk.done, range(3)))


def test_a_case_ends_when_nothing_speaks_against_the_label(desk):
    desk.take("one", GOOD)
    assert [desk.done(number) for number in range(3)] == [True, True, False]
    desk.take("one", BARE)  # undone
    assert not any(map(desk.done, range(3)))


def test_a_case_ends_when_the_reviewer_changed_it(desk):
    changed = GOOD.copy()
    changed[30:33] = SKILL  # votes still differ
    desk.take("two", changed)
    assert desk.done(2) and desk.settled() == [desk.places[2]]
    desk.take("two", GOOD)
    assert not desk.done(2)


def test_somebody_new_has_looked_when_all_frames_have_his_label(votes):
    desk = Desk(queue_of(votes), votes, "ABC", "D")
    codes = np.full(40, -2, dtype=np.int8)
    codes[30:34] = LANDING
    desk.take("two", codes)
    assert not desk.done(2)
    codes[30:36] = LANDING
    desk.take("two", codes)
    assert desk.done(2)
    assert desk.annotators == ["A", "B", "C", "D"]
    assert desk.measures()["kappa A, D"] != desk.measures()["kappa B, D"]


def test_nothing_to_change(desk, votes):
    desk.check(2)
    assert desk.done(2) and desk.settled() == [Place("two", 30, 35, review.VOTES)]
    again = Desk(queue_of(votes), votes, "ABC", "C", desk.settled())
    assert again.done(2)
    desk.check(2, done=False)
    assert not desk.done(2)


def test_the_next_open_case(desk):
    assert [desk.next_open(), desk.next_open(0), desk.next_open(2)] == [0, 1, 0]
    desk.check(0)
    assert [desk.next_open(), desk.next_open(2)] == [1, 1]
    desk.check(1)
    desk.check(2)
    assert desk.next_open() is None


def test_agreement_follows(desk, votes):
    first = desk.at_first["alpha"]
    desk.take("one", GOOD)
    votes["one"][:, 2] = GOOD
    fresh = RunningAgreement(list("ABC"))
    for clip, own in votes.items():
        fresh.update(clip, own)
    assert desk.measures()["alpha"] == pytest.approx(fresh.measures()["alpha"])
    assert desk.measures()["kappa A, C"] == 1 and desk.measures()["alpha"] > first
    assert desk.at_first["alpha"] == first


def test_votes_given_stay_as_they_are(desk, votes):
    before = votes["one"].copy()
    desk.take("one", LATE)
    np.testing.assert_array_equal(votes["one"], before)


def test_an_empty_queue(votes):
    desk = Desk(queue_of(votes).iloc[:0], votes, "ABC", "C")
    assert desk.next_open() is None and desk.settled() == []
