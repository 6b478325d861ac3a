"""scores.csv: what is read, every fault by its row, and the panels it becomes."""

import numpy as np
import pandas as pd
import pytest
from tiny_dataset import make_dataset

from gymlib.annotation import scores
from gymlib.annotation.checks import parse
from gymlib.dataset import Dataset
from gymlib.files.atomic import MissingFileError
from gymlib.files.tables import TableError

CLIPS = ["clip_00", "clip_01"]
GOOD = """clip,judge,element,deduction,remark
clip_00,anna,landing,.3,
clip_00,ben,landing,0.1,"a hop, small"

clip_01,anna,landing,,came late
"""


def check(text):
    return scores.check(parse(text), CLIPS)


def test_points_are_numbers_and_nothing_is_not_0():
    table = check(GOOD)
    assert list(table.columns) == list(scores.COLUMNS)
    np.testing.assert_array_equal(table["deduction"], [0.3, 0.1, np.nan])


def test_every_fault_is_named_with_its_row():
    text = (
        "clip,judge,element,deduction\n"
        "clip_00,anna,landing,-0.1\n"
        "clip_0,anna,landing,0.1\n"
        "\n"
        'clip_01,anna,landing,"0,3"\n'
        "clip_01,../up,knees bent,inf\n"
        "clip_01,anna,landing,0.2\n"
        "clip_01,,landing,0.2\n"
    )
    with pytest.raises(TableError) as found:
        check(text)
    allowed = "letters, digits, '_', '-' and '.', beginning with a letter or digit"
    points = "points from 0 with a decimal point, or empty where not judged"
    assert str(found.value).splitlines() == [
        "8 faults in the scores:",
        f"- scores.csv, row 2: deduction must be {points}, found '-0.1'",
        "- scores.csv, row 3: clip 'clip_0' is not in clips.csv; did you mean 'clip_01'?",
        f"- scores.csv, row 5: deduction must be {points}, found '0,3'",
        f"- scores.csv, row 6: judge must be named by {allowed}, found '../up'",
        f"- scores.csv, row 6: element must be named by {allowed}, found 'knees bent'",
        f"- scores.csv, row 6: deduction must be {points}, found 'inf'",
        "- scores.csv, row 7: judge 'anna' judges 'landing' of clip 'clip_01' again, as in row 5; "
        "keep one",
        f"- scores.csv, row 8: judge must be named by {allowed}, found ''",
    ]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("clip;judge;element;deduction\na;b;c;1\n", "expected clip, .*separate columns by commas"),
        ("clip,judge,element\nclip_00,anna,landing\n", "missing column deduction; expected clip"),
        ("", "missing column clip, judge, element, deduction; .* found nothing"),
        ("clip,judge,judge,element,deduction\n", "two columns are named 'judge'; remove one"),
        ("clip,judge,element,deduction\n", "1 fault .*\n- scores.csv: no row has a deduction"),
        ("clip,judge,element,deduction\nclip_00,anna,landing,\n", "no row has a deduction"),
    ],
)
def test_what_is_no_table_of_scores(text, fault):
    with pytest.raises(TableError, match=fault):
        check(text)


@pytest.mark.slow
def test_of_a_data_set(tmp_path):
    make_dataset(tmp_path, clips=2)
    data = Dataset("tiny", tmp_path)
    with pytest.raises(MissingFileError, match=r"scores.csv .*brought, not made; data/README.md"):
        scores.read(data)
    (data.folder / scores.FILE).write_text(GOOD, "utf-8-sig")
    pd.testing.assert_frame_equal(scores.read(data), check(GOOD))


def test_panels_and_their_sum():
    table = check(
        "clip,judge,element,deduction\n"
        "clip_00,anna,knees,0.1\nclip_00,anna,landing,0.3\n"
        "clip_00,ben,knees,0.2\nclip_00,ben,landing,\n"
        "clip_01,anna,landing,0.5\nclip_01,ben,landing,0.4\n"
    )
    found = scores.panels(table)
    assert list(found) == ["knees", "landing", scores.ALL]
    assert found["knees"].to_dict("index") == {"clip_00": {"anna": 0.1, "ben": 0.2}}
    np.testing.assert_allclose(found["landing"], [[0.3, np.nan], [0.5, 0.4]])
    np.testing.assert_allclose(found[scores.ALL], [[0.4, np.nan], [0.5, 0.4]])
    only = scores.panels(table[table["element"] == "knees"])
    assert list(only) == ["knees"], "one element is its own sum"
