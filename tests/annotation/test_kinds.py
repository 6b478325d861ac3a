"""The finer layer of labels: voted on paper, optional, and without any effect on the labels."""

import numpy as np
import pandas as pd
import pytest
from tiny_dataset import make_dataset
from vote_rows import votes

from gymlib.annotation import kinds, majority, reading
from gymlib.annotation.checks import AnnotationError, check, parse
from gymlib.dataset import Dataset, schemas
from gymlib.files.tables import check as check_table
from gymlib.labels import KIND_NAMES, KINDS

CLIPS = pd.DataFrame({"clip": ["one"], "frames": [10]})
STANDING, WALKING, BACK, WHEEL = map(
    KIND_NAMES.index, ("standing", "walking", "back somersault", "cartwheel")
)
HEAD = "clip,start,end,label,kind,comment\n"
A = HEAD + "one,0,1,idle,standing,\none,2,3,idle,walking,\none,4,9,skill,,"
B = HEAD + "one,0,3,idle,walking,a, b\none,4,9,skill,back somersault,"
C = "clip,start,end,label,comment\none,0,4,idle,\none,5,9,skill,"


def read(**files: str) -> dict[str, pd.DataFrame]:
    return check({name: parse(text) for name, text in files.items()}, CLIPS)


def test_a_kind_belongs_to_one_class():
    assert len(set(KIND_NAMES)) == len(KIND_NAMES) == sum(map(len, KINDS.values()))
    assert {"idle", "skill"} == set(KINDS)


def test_files_without_the_column_come_back_without_it():
    found = read(A=A, C=C)
    assert list(found["A"]) == ["clip", "start", "end", "label", "kind", "comment"]
    assert list(found["C"]) == ["clip", "start", "end", "label", "comment"]
    assert read(B=B)["B"]["comment"].tolist() == ["a, b", ""]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (
            "one,0,9,idle,cartwheel,",
            "A.csv, row 2: unknown kind 'cartwheel' of idle; expected standing, walking, running, "
            "sitting, bouncing, or nothing",
        ),
        (
            "one,0,9,landing,walking,",
            "A.csv, row 2: 'walking' is a kind of landing, which has none; leave the cell empty",
        ),
        ("one,0,9,Unlabeled,walking,", "'walking' is a kind of Unlabeled, which has none"),
        ("one,0,9,idel,walking,", "A.csv, row 2: unknown label 'idel'"),
    ],
)
def test_a_wrong_kind_is_named_with_what_is_allowed(row, expected):
    with pytest.raises(AnnotationError) as caught:
        read(A=HEAD + row, B=B)
    [fault] = map(str, caught.value.faults)
    assert expected in fault


def test_of_those_who_gave_the_majority_label_more_than_half_decide():
    given = np.array(
        [
            [STANDING, STANDING, WALKING],  # two of three
            [STANDING, WALKING, -1],  # a tie
            [-1, WALKING, -1],  # the only one who says a kind
            [-1, -1, -1],
            [STANDING, WALKING, BACK],  # one of two: the third gave another label
            [WALKING, -1, BACK],  # the same, and one of one
            [STANDING, -1, BACK],  # no majority label
        ]
    )
    labels = votes("iiiiiii", "iiiiiit", "iiiisss")
    labels[6] = 0, 1, 2
    found = kinds.majority_kind(labels, given)
    assert found.tolist() == [STANDING, -1, WALKING, -1, -1, WALKING, -1]


def test_the_table_and_labels_that_stay_as_they_are():
    annotations = read(A=A, B=B, C=C)
    found = kinds.kind_table(annotations, CLIPS)
    check_table(found, schemas.KINDS, "here")
    assert list(found) == ["clip", "frame", "A", "B", "C", "kind"]
    assert found["kind"].fillna("-").tolist() == (
        ["-"] * 2 + ["walking"] * 2 + ["back somersault"] * 6
    )
    assert found["C"].isna().all() and found["B"].notna().all()
    plain = {who: table.drop(columns="kind", errors="ignore") for who, table in annotations.items()}
    pd.testing.assert_frame_equal(
        majority.label_table(annotations, CLIPS), majority.label_table(plain, CLIPS)
    )


def test_agreement_counts_pairs_who_say_the_same_label():
    found = kinds.agreement(kinds.kind_table(read(A=A, B=B), CLIPS), ["A", "B"])
    assert found["kind"].tolist() == ["standing", "walking", "back somersault"]
    assert found["label"].tolist() == ["idle", "idle", "skill"]
    assert found["frames"].tolist() == [0, 2, 6]
    # Of six votes for walking in pairs, four have a partner who says the same.
    assert found["agreement"].tolist()[:2] == [0, pytest.approx(4 / 6)]
    assert np.isnan(found["agreement"][2]), "A says no kind of skill"


def test_another_label_is_no_other_kind():
    table = pd.DataFrame({"A": ["walking"] * 3, "B": ["walking", "cartwheel", None]})
    found = kinds.agreement(table.assign(kind="walking"), ["A", "B"])
    assert found.set_index("kind")["agreement"]["walking"] == 1
    assert np.isnan(found.set_index("kind")["agreement"]["cartwheel"])


@pytest.mark.slow
def test_a_data_set_has_the_table_as_long_as_a_file_has_the_column(home):
    data = Dataset(make_dataset(home, clips=2, frames=20), home)
    reading.make(data)
    labels = data.labels
    assert not data.has(kinds.FILE) and not reading.has_kinds(data)
    path = data.annotation("A")
    plain = path.read_text()
    table = pd.read_csv(path, keep_default_na=False)
    table.insert(4, "kind", table["label"].map({"idle": "standing"}).fillna(""))
    table.to_csv(path, index=False)
    reading.make(data)
    assert reading.has_kinds(data)
    pd.testing.assert_frame_equal(data.labels, labels)
    own = data.kinds
    assert (own["kind"] == "standing").equals((labels["A"] == "idle") & (labels["label"] == "idle"))
    path.write_text(plain)
    reading.make(data)
    assert not data.has(kinds.FILE)


def test_the_kind_in_flight_beside_what_was_measured():
    names = ["round-off"] * 4 + ["back somersault"] * 5 + [None]
    table = pd.DataFrame({"clip": "one", "frame": range(10), "kind": names})
    measured = pd.DataFrame(
        {"clip": "one", "takeoff": [3.2, np.nan, -0.5], "landing": [8.9, 5.0, 2.5]}
    )
    found = kinds.in_flight(table, measured)
    assert found.tolist() == ["back somersault", "", "round-off"]
