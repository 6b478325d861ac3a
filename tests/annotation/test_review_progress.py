"""A review queue while somebody works through it."""

import numpy as np
import pandas as pd
import pytest

from gymlib.annotation import majority
from gymlib.annotation.review.doubt import ORDER, VOTES
from gymlib.annotation.review.progress import ReviewProgress
from gymlib.annotation.review.queue import rank_doubts
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
    tables = {
        name: pd.DataFrame(
            [
                {"clip": clip, "start": start, "end": end, "label": CLASSES[label]}
                for clip, own in votes.items()
                for start, end, label in segments(own[:, column])
            ]
        )
        for column, name in enumerate(names)
    }
    clips = pd.DataFrame({"clip": list(votes), "frames": [len(own) for own in votes.values()]})
    return rank_doubts(majority.label_table(tables, clips), names)


@pytest.fixture
def progress(votes):
    return ReviewProgress(queue_of(votes), votes, "ABC", "C")


def test_what_the_doubts_are(progress):
    assert progress.keys == [("one", 20, 29, ORDER), ("one", 10, 19, VOTES), ("two", 30, 35, VOTES)]
    assert not any(map(progress.done, range(3)))


def test_a_doubt_ends_when_nothing_speaks_against_the_label(progress):
    progress.take("one", GOOD)
    assert [progress.done(number) for number in range(3)] == [True, True, False]
    progress.take("one", BARE)  # undone
    assert not any(map(progress.done, range(3)))


def test_a_doubt_ends_when_the_reviewer_changed_it(progress):
    changed = GOOD.copy()
    changed[30:33] = SKILL  # votes still differ
    progress.take("two", changed)
    assert progress.done(2) and progress.settled() == [progress.keys[2]]
    progress.take("two", GOOD)
    assert not progress.done(2)


def test_somebody_new_has_looked_when_all_frames_have_his_label(votes):
    progress = ReviewProgress(queue_of(votes), votes, "ABC", "D")
    codes = np.full(40, -2, dtype=np.int8)
    codes[30:34] = LANDING
    progress.take("two", codes)
    assert not progress.done(2)
    codes[30:36] = LANDING
    progress.take("two", codes)
    assert progress.done(2)
    assert progress.annotators == ["A", "B", "C", "D"]
    assert progress.measures()["kappa A, D"] != progress.measures()["kappa B, D"]


def test_nothing_to_change(progress, votes):
    progress.check(2)
    assert progress.done(2) and progress.settled() == [("two", 30, 35, VOTES)]
    again = ReviewProgress(queue_of(votes), votes, "ABC", "C", progress.settled())
    assert again.done(2)
    progress.check(2, done=False)
    assert not progress.done(2)


def test_the_next_open_doubt(progress):
    assert [progress.next_open(), progress.next_open(0), progress.next_open(2)] == [0, 1, 0]
    progress.check(0)
    assert [progress.next_open(), progress.next_open(2)] == [1, 1]
    progress.check(1)
    progress.check(2)
    assert progress.next_open() is None


def test_agreement_follows(progress, votes):
    first = progress.measures_at_start["alpha"]
    progress.take("one", GOOD)
    votes["one"][:, 2] = GOOD
    fresh = RunningAgreement(list("ABC"))
    for clip, own in votes.items():
        fresh.update(clip, own)
    assert progress.measures()["alpha"] == pytest.approx(fresh.measures()["alpha"])
    assert progress.measures()["kappa A, C"] == 1 and progress.measures()["alpha"] > first
    assert progress.measures_at_start["alpha"] == first


def test_votes_given_stay_as_they_are(progress, votes):
    before = votes["one"].copy()
    progress.take("one", LATE)
    np.testing.assert_array_equal(votes["one"], before)


def test_an_empty_queue(votes):
    progress = ReviewProgress(queue_of(votes).iloc[:0], votes, "ABC", "C")
    assert progress.next_open() is None and progress.settled() == []
