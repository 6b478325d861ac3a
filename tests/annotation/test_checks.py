"""Annotation files are checked as a whole: each kind of fault is found, named, and all at once."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny_dataset import make_dataset

from gymlib.annotation import reading
from gymlib.annotation.checks import AnnotationError, check, parse
from gymlib.annotation.reading import read_annotation
from gymlib.dataset import Dataset
from gymlib.files import paths

CLIPS = pd.DataFrame({"clip": ["one", "two"], "frames": [10, 5]})
GOOD = ["one,0,3,idle,", "one,4,9,skill,a comment", "two,0,4,landing,"]


def table(rows, header="clip,start,end,label,comment") -> pd.DataFrame:
    columns = header.split(",")
    return pd.DataFrame([row.split(",") for row in rows], columns=columns, dtype=str)


def faults(rows, clips=CLIPS, **kwargs) -> list[str]:
    with pytest.raises(AnnotationError) as caught:
        check({"A": table(rows)}, clips, **kwargs)
    return [str(fault) for fault in caught.value.faults]


def test_good_files_come_back_with_numbers():
    found = check({"A": table(GOOD)}, CLIPS)["A"]
    assert found["start"].tolist() == [0, 4, 0]
    assert found["end"].tolist() == [3, 9, 4]
    assert found["comment"].tolist() == ["", "a comment", ""]


def test_rows_are_put_in_the_order_of_the_clips():
    found = check({"A": table(GOOD[::-1])}, CLIPS)["A"]
    assert found["clip"].tolist() == ["one", "one", "two"]
    assert found["start"].tolist() == [0, 4, 0]


@pytest.mark.parametrize(
    "change, expected",
    [
        ({1: "one,5,9,skill,"}, "A.csv, row 3: clip one: frame 4 has no label (gap)"),
        ({0: "one,2,3,idle,"}, "A.csv, row 2: clip one: frames 0 to 1 have no label (gap)"),
        (
            {1: "one,2,9,skill,"},
            "A.csv, row 3: clip one: frames 2 to 3 have two labels (overlap with row 2)",
        ),
        (
            {1: "one,4,8,skill,"},
            "A.csv, row 3: clip one: labels end at frame 8, but the clip has 10 frames (0 to 9)",
        ),
        (
            {1: "one,4,12,skill,"},
            "A.csv, row 3: clip one: labels end at frame 12, but the clip has 10 frames (0 to 9)",
        ),
        (
            {1: "one,4,9,jump,"},
            "A.csv, row 3: unknown label 'jump'; expected idle, take-off, skill, landing",
        ),
        (
            {2: "tow,0,4,landing,"},
            "A.csv, row 4: clip 'tow' is not in clips.csv; did you mean 'two'?",
        ),
        (
            {1: "one,4.5,9,skill,"},
            "A.csv, row 3: start must be a whole frame number from 0, found '4.5'",
        ),
        ({1: "one,4,,skill,"}, "A.csv, row 3: end must be a whole frame number from 0, found ''"),
        (
            {0: "one,-1,3,idle,"},
            "A.csv, row 2: start must be a whole frame number from 0, found '-1'",
        ),
    ],
)
def test_each_fault_is_named_with_file_and_row(change, expected):
    rows = [change.get(i, row) for i, row in enumerate(GOOD)]
    assert expected in faults(rows)


def test_start_after_end():
    found = faults(["one,0,3,idle,", "one,9,4,skill,", *GOOD[2:]])
    assert "A.csv, row 3: clip one: start 9 is after end 4" in found


def test_a_segment_inside_another_is_an_overlap():
    found = faults(["one,0,9,idle,", "one,3,4,skill,", *GOOD[2:]])
    assert found == ["A.csv, row 3: clip one: frames 3 to 4 have two labels (overlap with row 2)"]


def test_all_faults_are_listed_at_once():
    found = faults(["one,0,3,idel,", "one,5,9,skill,", "tow,0,4,landing,"])
    assert len(found) == 4
    assert "clip two: no annotator labelled it" in found[-1]


def test_the_message_lists_every_fault():
    with pytest.raises(AnnotationError, match=r"2 faults in the annotations:\n- A.csv, row 2"):
        check({"A": table(["one,0,9,idel,", "two,0,4,jump,"])}, CLIPS)


def test_unreadable_numbers_are_not_reported_as_gaps():
    assert len(faults(["one,0,3,idle,", "one,x,9,skill,", *GOOD[2:]])) == 1


def test_a_missing_column():
    with pytest.raises(AnnotationError, match=r"B\.csv: missing column end; expected clip, start"):
        check({"A": table(GOOD), "B": table(["one,0,idle"], "clip,start,label")}, CLIPS)


def test_no_files_at_all():
    with pytest.raises(AnnotationError, match=r"no annotation file; expected <annotator>.csv"):
        check({}, CLIPS)


def test_an_annotator_may_leave_frames_without_a_label():
    rows = ["one,0,3,Unlabeled,", *GOOD[1:]]
    assert check({"A": table(rows)}, CLIPS)["A"]["label"].tolist()[0] == "Unlabeled"


def test_an_annotator_may_cover_only_some_clips():
    assert len(check({"A": table(GOOD), "B": table(GOOD[2:])}, CLIPS)["B"]) == 1


def test_clips_may_say_who_must_have_labelled_them():
    clips = CLIPS.assign(annotators=["A B", "A C"])
    found = faults(GOOD, clips)
    assert "B.csv: missing; clips.csv expects it for 1 of 2 clips" in found
    with pytest.raises(AnnotationError, match=r"B\.csv: no rows for one, as clips\.csv expects"):
        check({"A": table(GOOD), "B": table(GOOD[2:]), "C": table(GOOD)}, clips)


def test_lengths_of_the_videos_are_compared():
    found = faults(GOOD, video_frames={"one": 10, "two": 7})
    assert found == ["clips.csv: clip two: 5 frames, but its video has 7"]


def test_an_annotator_cannot_have_the_name_of_a_column():
    with pytest.raises(AnnotationError, match="'label' cannot be an annotator's name"):
        check({"label": table(GOOD)}, CLIPS)


def test_empty_lines_and_spaces_do_no_harm():
    assert len(check({"A": table([*GOOD, ",,,,"])}, CLIPS)["A"]) == 3
    spaced = check({"A": table([" one , 0 , 9 , idle ,", "two,0,4,skill,"])}, CLIPS)["A"]
    assert spaced["label"].tolist() == ["idle", "skill"]


TEXT = "clip,start,end,label,comment\n"


def test_parse_keeps_the_rows_of_the_file():
    found = parse(TEXT + 'one,0,9,idle,"quoted, comma"\n\ntwo,0,4,skill,plain, comma\n')
    assert found["comment"].tolist() == ["quoted, comma", "", "plain, comma"]
    assert list(check({"A": found}, CLIPS)["A"]["start"]) == [0, 0]


def test_a_fault_behind_an_empty_line_has_the_row_of_the_file():
    with pytest.raises(AnnotationError, match="row 4: unknown label 'jump'"):
        check({"A": parse(TEXT + "one,0,9,idle,\n\ntwo,0,4,jump,\n")}, CLIPS)


def test_rows_that_are_too_short_are_faults():
    with pytest.raises(AnnotationError, match="row 2: unknown label ''"):
        check({"A": parse(TEXT + "one,0,9\ntwo,0,4,idle\n")}, CLIPS)


def test_without_a_comment_column_a_surplus_cell_is_a_fault():
    with pytest.raises(AnnotationError, match="unknown label 'idle,why'"):
        check({"A": parse("clip,start,end,label\none,0,9,idle,why\ntwo,0,4,idle\n")}, CLIPS)


def test_spreadsheets_may_write_a_byte_order_mark_and_other_line_ends():
    text = "\ufeff" + TEXT + "one,0,9,idle,\ntwo,0,4,skill,\n"
    assert len(check({"A": parse(text.replace("\n", "\r\n"))}, CLIPS)["A"]) == 2


def test_semicolons_are_recognised():
    text = (TEXT + "one,0,9,idle,\n").replace(",", ";")
    with pytest.raises(AnnotationError, match=r"missing column clip.*; separate columns by commas"):
        check({"A": parse(text)}, CLIPS)


def test_an_empty_file():
    with pytest.raises(AnnotationError, match="missing column clip, start, end, label"):
        check({"A": parse("")}, CLIPS)


@pytest.mark.slow
@given(st.text(max_size=200))
def test_any_text_gives_a_table_or_faults(text):
    try:
        check({"A": parse(TEXT + text)}, CLIPS)
    except AnnotationError as error:
        assert error.faults


@pytest.mark.slow
def test_the_tiny_data_set_is_in_order(tmp_path):
    make_dataset(tmp_path)
    assert set(reading.read(Dataset("tiny", tmp_path))) == {"A", "B", "C"}


def test_the_committed_annotations_are_in_order():
    folder = paths.REPOSITORY / "data" / "recovered"
    clips = pd.read_csv(folder / "clips.csv")
    files = sorted((folder / "annotations").glob("*.csv"))
    checked = check({file.stem: read_annotation(file) for file in files}, clips)
    assert list(checked) == ["A", "B", "C", "original_authors"]
    assert sum(len(table["clip"].unique()) for table in checked.values()) == 3 * 65 + 2


@pytest.mark.parametrize("column", ["label", "clip", "start"])
def test_two_columns_of_one_name_are_a_fault(column):
    """The last one would win, silently."""
    twice = parse(f"clip,start,end,label,{column}\none,0,9,idle,skill\n")
    with pytest.raises(AnnotationError, match=f"A.csv: two columns are named {column!r}"):
        check({"A": twice}, CLIPS)


def test_empty_columns_of_a_spreadsheet_are_left_away():
    found = parse("clip,start,end,label,comment,,\none,0,9,idle,a,,\ntwo,0,4,idle,,,\n")
    assert list(found) == ["clip", "start", "end", "label", "comment"]
    with pytest.raises(AnnotationError, match="two columns with cells have no name; rename or"):
        check({"A": parse("clip,start,end,label,,\none,0,9,idle,x,y\n")}, CLIPS)


def test_a_comment_that_no_program_reads_again():
    long = [GOOD[0] + "x" * 100_001, *GOOD[1:]]
    assert faults(long) == ["A.csv, row 2: a comment of 100001 characters; 100000 fit"]


def test_nothing_but_unlabeled():
    rows = ["one,0,9,Unlabeled,", "two,0,4,Unlabeled,"]
    assert faults(rows) == ["annotations/: all is Unlabeled: there is nothing to learn from"]
    assert len(check({"A": table(rows)}, CLIPS, every_clip=False)["A"]) == 2


def test_a_table_per_frame_has_a_column_time():
    with pytest.raises(AnnotationError, match="'time' cannot be an annotator's name; rename it"):
        check({"time": table(GOOD)}, CLIPS)
