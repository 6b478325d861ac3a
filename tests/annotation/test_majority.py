"""Majority and the fake take-off rule on label rows short enough to check by eye."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from vote_rows import codes, votes

from gymlib.annotation import majority
from gymlib.dataset import schemas
from gymlib.files.tables import read_table, write_table
from gymlib.labels import CLASSES, IDLE, NAMES, SKILL, TAKEOFF, decode, segments

labels_with_gaps = st.lists(st.integers(-1, 3), max_size=40).map(lambda x: np.array(x, np.int8))


def text(labels) -> str:
    return "".join("itsl."[code] for code in labels)


def test_three_annotators():
    labels, agreement = majority.majority(votes("iits", "iitt", "itsl"))
    assert text(labels) == "iit."  # the last frame is a three-way tie
    assert agreement.tolist() == [3, 2, 2, 0]


def test_two_annotators_must_agree():
    labels, agreement = majority.majority(votes("it", "is"))
    assert text(labels) == "i."
    assert agreement.tolist() == [2, 0]


def test_one_annotator_decides():
    labels, agreement = majority.majority(votes("its."))
    assert text(labels) == "its."
    assert agreement.tolist() == [1, 1, 1, 0]


def test_missing_votes_are_no_votes():
    labels, _ = majority.majority(votes("i.i.", "..it", "..t."))
    assert text(labels) == "i.it"


def test_four_annotators_need_three():
    labels, _ = majority.majority(votes("iii", "iit", "its", "ttl"))
    assert text(labels) == "i.."


def test_no_frames():
    labels, agreement = majority.majority(np.zeros((0, 3), dtype=np.int8))
    assert len(labels) == len(agreement) == 0


@pytest.mark.slow
@given(
    st.lists(st.tuples(*[st.integers(0, 3)] * 3), min_size=1, max_size=30),
    st.permutations([0, 1, 2]),
)
def test_annotators_are_equal(rows, order):
    first = np.array(rows, dtype=np.int8)
    for a, b in zip(majority.majority(first), majority.majority(first[:, order])):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize(
    "before, after",
    [
        ("iittssll", "iittssll"),  # a take-off that leads to a skill
        ("ittittss", "iiiittss"),  # the first take-off is fake
        ("ittitti", "iiiiiii"),  # both are
        ("iitt", "iitt"),  # cut off by the clip's end: undecided, stays
        ("ittll", "ittll"),
        ("it..is", "iiiiis"),  # Unlabeled frames between become idle too
        ("it..ss", "it..ss"),
        ("t.ti", "iiii"),  # an interrupted take-off is relabelled as a whole
        ("itli", "iiii"),  # landing between, as in the authors' script
        ("itslti", "itslii"),  # a new attempt after a skill
        ("tsli", "tsli"),
        ("....", "...."),
        ("", ""),
    ],
)
def test_fake_takeoffs(before, after):
    assert text(majority.clean(codes(before))) == after


def authors_rule(labels) -> list[int]:
    """The authors' script in words: at every idle frame after a take-off without a skill, all
    frames since the start of the latest take-off become idle."""
    result, latest, armed = list(labels), 0, False
    for frame, label in enumerate(labels):
        if armed and label == IDLE:
            result[latest:frame] = [IDLE] * (frame - latest)
        if label == TAKEOFF and (frame == 0 or labels[frame - 1] != TAKEOFF):
            latest, armed = frame, True
        if label == SKILL:
            armed = False
    return result


@pytest.mark.slow
@example(labels=np.array([TAKEOFF, -1, 3, TAKEOFF, IDLE], np.int8))
@given(labels_with_gaps)
def test_the_rule_is_the_authors_but_for_interrupted_takeoffs_and_later_landings(labels):
    ours, theirs = majority.clean(labels), np.array(authors_rule(labels), dtype=np.int8)
    order = [segment.label for segment in segments(labels)]
    pending = False
    for label, after in itertools.pairwise(order):
        pending = label == TAKEOFF or (pending and label not in (IDLE, SKILL))
        if pending and after == TAKEOFF:
            return  # interrupted take-off: the script forgets its first part
        if label == IDLE and after not in (TAKEOFF, SKILL):
            return  # idle, something, ...: the script's flag is still up after a fake take-off
    np.testing.assert_array_equal(ours, theirs)


@given(labels_with_gaps)
def test_cleaning_twice_changes_nothing_more(labels):
    once = majority.clean(labels)
    np.testing.assert_array_equal(majority.clean(once), once)


@given(labels_with_gaps)
def test_skills_and_idle_frames_stay(labels):
    cleaned = majority.clean(labels)
    for code in (SKILL, IDLE):
        assert (cleaned[labels == code] == code).all()


SEGMENTS = pd.DataFrame({"clip": "one", "start": [0, 2], "end": [1, 3], "label": ["idle", "skill"]})
CLIPS = pd.DataFrame({"clip": ["one", "two"], "frames": [4, 2]})


def test_clip_votes():
    found = majority.clip_votes({"A": SEGMENTS, "B": SEGMENTS.tail(1)}, "one", 4)
    np.testing.assert_array_equal(found, votes("iiss", "..ss"))


@pytest.mark.slow
@given(st.lists(st.tuples(*[st.integers(-1, 3)] * 2), min_size=1, max_size=40))
def test_segments_and_votes_are_inverse(rows):
    """Votes as segments, as annotators write them, and back."""
    expected = np.array(rows, dtype=np.int8)
    tables = {
        name: pd.DataFrame(
            [("one", start, end, NAMES[label]) for start, end, label in segments(column)],
            columns=["clip", "start", "end", "label"],
        )
        for name, column in zip("AB", expected.T)
    }
    found = majority.clip_votes(tables, "one", len(expected))
    np.testing.assert_array_equal(found, expected)


def test_segments_outside_the_clip_are_refused():
    with pytest.raises(ValueError, match="annotator A, clip one: segment 2 to 3 does not lie in"):
        majority.clip_votes({"A": SEGMENTS}, "one", 3)


def test_label_table(tmp_path):
    table = majority.label_table({"A": SEGMENTS, "B": SEGMENTS.assign(label="skill")}, CLIPS)
    assert table["majority"].tolist() == ["Unlabeled"] * 2 + ["skill"] * 2 + ["Unlabeled"] * 2
    assert table["agreement"].tolist() == [0, 0, 2, 2, 0, 0]
    assert table["A"].isna().tolist() == [False] * 4 + [True] * 2
    assert table["frame"].tolist() == [0, 1, 2, 3, 0, 1]
    write_table(tmp_path / "labels.parquet", table, schemas.LABELS)
    back = read_table(tmp_path / "labels.parquet", schemas.LABELS)
    np.testing.assert_array_equal(majority.table_votes(back, ["A", "B"]), votes("iiss..", "ssss.."))


def test_the_authors_example_of_three_votes(real_data):
    """A real three-annotator file of the authors: the majority equals their column ``final``."""
    table = pd.read_csv(real_data / "recovered" / "three_votes_example.csv")
    own = np.stack([table[f"labels_{x}"].map(list(CLASSES).index) for x in "xyz"], axis=1)
    labels, _ = majority.majority(own.astype(np.int8))
    assert decode(labels) == table["final"].tolist()
