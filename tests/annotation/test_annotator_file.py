"""Labels on disk: what a change keeps, drafts, and two programs at work on one file."""

import multiprocessing

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from tiny_dataset import make_dataset

from gymlib.annotation import annotator_file, checks, reading
from gymlib.annotation.annotator_file import AnnotatorFile, ChangedElsewhere, hand_in, with_comment
from gymlib.annotation.editing import NOT_YET, blank
from gymlib.annotation.reading import read_annotation
from gymlib.dataset import Dataset
from gymlib.files import lock
from gymlib.files.atomic import MissingFileError
from gymlib.labels import LANDING, UNLABELED_CODE, code_of, encode

CLIP, FRAMES = "clip_00", 40


@pytest.fixture
def data(tmp_path) -> Dataset:
    make_dataset(tmp_path, clips=4, frames=FRAMES)
    return Dataset("tiny", tmp_path)


def half(until: int = 10) -> np.ndarray:
    """Labels up to a frame, none after it."""
    codes = blank(FRAMES)
    codes[:until] = 0
    return codes


@pytest.mark.slow
def test_a_new_annotator_gets_a_file(data):
    file = AnnotatorFile(data, "anna")
    assert (file.read(CLIP, FRAMES) == NOT_YET).all()
    codes = encode(["idle"] * 15 + ["Unlabeled"] * 5 + ["skill"] * 20)
    file.write(CLIP, codes)
    assert (data.folder / "annotations" / "anna.csv").read_text().splitlines() == [
        "clip,start,end,label,comment",
        "clip_00,0,14,idle,",
        "clip_00,15,19,Unlabeled,",
        "clip_00,20,39,skill,",
    ]
    assert np.array_equal(AnnotatorFile(data, "anna").read(CLIP, FRAMES), codes)
    assert "anna" in reading.read(data)


@pytest.mark.slow
def test_half_a_clip_is_kept_and_the_check_says_what_is_missing(data):
    file = AnnotatorFile(data, "anna")
    file.read(CLIP, FRAMES)
    codes = half()
    codes[20:30] = 2
    file.write(CLIP, codes)
    assert np.array_equal(AnnotatorFile(data, "anna").read(CLIP, FRAMES), codes)
    with pytest.raises(checks.AnnotationError) as caught:
        reading.read(data)
    assert [str(fault) for fault in caught.value.faults] == [
        "anna.csv, row 3: clip clip_00: frames 10 to 19 have no label (gap)",
        "anna.csv, row 3: clip clip_00: labels end at frame 29, but the clip has 40 frames "
        "(0 to 39)",
    ]
    assert file.coverage() == {CLIP: 20}


@pytest.mark.slow
def test_writing_the_same_labels_changes_no_byte(data):
    path = data.annotation("A")
    before = path.read_bytes()
    for clip in data.clips["clip"]:
        file = AnnotatorFile(data, "A")
        file.write(clip, file.read(clip, FRAMES))
    assert path.read_bytes() == before


def test_other_rows_comments_and_columns_stay(data):
    path = data.annotation("A")
    path.write_text(
        "clip,start,end,label,comment,sure\n"
        'clip_01,0,39,idle,"slow, then ""off""",yes\n'
        "clip_00,0,9,idle,waits,no\n"
        "clip_00,10,29,skill,hand touches,yes\n"
        "clip_00,30,39,landing,,\n"
        "clip_02,0,39,idle,,\n"
    )
    file = AnnotatorFile(data, "A")
    codes = file.read(CLIP, FRAMES)
    codes[10:20] = 1  # the comment on the skill stays with the skill
    file.write(CLIP, codes)
    assert path.read_text().splitlines() == [
        "clip,start,end,label,comment,sure",
        'clip_01,0,39,idle,"slow, then ""off""",yes',
        "clip_00,0,9,idle,waits,no",
        "clip_00,10,19,take-off,,",
        "clip_00,20,29,skill,hand touches,yes",
        "clip_00,30,39,landing,,",
        "clip_02,0,39,idle,,",
    ]
    codes[:] = 3  # no segment of the old labels is left: what was said goes on with the new one
    file.write(CLIP, codes)
    assert path.read_text().splitlines()[2] == ("clip_00,0,39,landing,waits; hand touches,no; yes")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15)
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\ufffd")))
@example("slow, then \"off\";\r\n'hand' touches")
def test_a_comment_is_read_as_it_was_written(data, comment):
    path = data.annotation("hypo")
    path.write_text("clip,start,end,label\nclip_00,0,19,idle\nclip_00,20,39,skill\n")
    file = AnnotatorFile(data, "hypo")
    codes = file.read(CLIP, FRAMES)
    said = annotator_file.with_comment(CLIP, codes, file.said[CLIP], 25, comment)
    file.write(CLIP, codes, said)
    kept, again = " ".join(comment.split()), AnnotatorFile(data, "hypo")
    assert np.array_equal(again.read(CLIP, FRAMES), codes)
    expected = [[20, 39, kept]] if kept else []
    assert annotator_file.comments(codes, again.said[CLIP]) == expected
    assert reading.read(data)["hypo"]["comment"].tolist() == ["", kept]


def test_a_comment_needs_a_label_and_follows_it(data):
    file = AnnotatorFile(data, "anna")
    file.read(CLIP, FRAMES)
    codes = half()
    said = annotator_file.with_comment(CLIP, codes, [], 9, "waits")
    with pytest.raises(ValueError, match="frame 10 has no label yet"):
        annotator_file.with_comment(CLIP, codes, said, 10, "lands")
    codes[:4] = 1
    assert annotator_file.comments(codes, said) == [[4, 9, "waits"]]
    assert (
        annotator_file.comments(codes, annotator_file.with_comment(CLIP, codes, said, 5, " ")) == []
    )


def test_a_comment_is_handed_in_to_a_file_without_comments(data):
    final = data.annotation("anna")
    final.write_text("clip,start,end,label\nclip_01,0,39,idle\n")
    file, codes = AnnotatorFile(data, "anna", draft=True), half(FRAMES)
    file.read(CLIP, FRAMES)
    file.write(CLIP, codes, annotator_file.with_comment(CLIP, codes, [], 0, "waits"))
    hand_in(data, "anna")
    assert final.read_text().splitlines()[1:] == ["clip_01,0,39,idle,", "clip_00,0,39,idle,waits"]


@pytest.mark.slow
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(st.lists(arrays(np.int8, FRAMES, elements=st.integers(NOT_YET, LANDING)), max_size=4))
def test_what_is_written_is_read(data, states):
    data.annotation("hypo").unlink(missing_ok=True)
    file = AnnotatorFile(data, "hypo")
    file.read(CLIP, FRAMES)
    for codes in states:
        file.write(CLIP, codes)
        assert np.array_equal(AnnotatorFile(data, "hypo").read(CLIP, FRAMES), codes)
    if states and (states[-1] == NOT_YET).all():
        assert not file.path.exists()


def test_faulty_rows_are_not_touched(data):
    path = data.annotation("A")
    text = "clip,start,end,label\nclip_00,0,20,idle\nclip_00,15,39,jump\nclip_01,0,39,idle\n"
    path.write_text(text)
    file = AnnotatorFile(data, "A")
    with pytest.raises(checks.AnnotationError, match=r"A\.csv, row 3: unknown label"):
        file.read(CLIP, FRAMES)
    assert (file.read("clip_01", FRAMES) == 0).all(), "other clips can be labelled"
    path.write_text(text.replace("jump", "skill"))
    with pytest.raises(checks.AnnotationError, match="frames 15 to 20 have two labels"):
        file.read(CLIP, FRAMES)
    path.write_text("clip;start;end;label\n")
    with pytest.raises(checks.AnnotationError, match="separate columns by commas"):
        file.read(CLIP, FRAMES)


def test_letters_of_another_encoding_are_not_destroyed(data):
    path = data.annotation("A")
    content = path.read_bytes().rstrip() + "hoppla \xe4".encode("latin-1") + b"\n"
    path.write_bytes(content)
    file = AnnotatorFile(data, "A")
    file.read(CLIP, FRAMES)
    with pytest.raises(ValueError, match=r"A.csv is not UTF-8"):
        file.write(CLIP, half())
    assert path.read_bytes() == content


def test_two_windows_on_one_file_keep_each_others_clips(data):
    one, two = AnnotatorFile(data, "anna"), AnnotatorFile(data, "anna")
    one.read("clip_00", FRAMES)
    two.read("clip_01", FRAMES)
    one.write("clip_00", half(5))
    two.write("clip_01", half(6))
    one.write("clip_00", half(7))
    assert one.coverage() == {"clip_00": 7, "clip_01": 6}


def test_two_windows_on_one_clip_do_not_overwrite_each_other(data):
    one, two = AnnotatorFile(data, "anna"), AnnotatorFile(data, "anna")
    one.read(CLIP, FRAMES)
    two.read(CLIP, FRAMES)
    one.write(CLIP, half(5))
    with pytest.raises(ChangedElsewhere, match=r"clip clip_00 of anna\.csv was changed"):
        two.write(CLIP, half(9))
    assert np.array_equal(two.read(CLIP, FRAMES), half(5))
    two.write(CLIP, half(9))


def test_a_change_waits_for_another_program(data, monkeypatch):
    monkeypatch.setattr(annotator_file, "WAIT", 0.1)
    file = AnnotatorFile(data, "anna")
    file.read(CLIP, FRAMES)
    with lock.hold(data.folder, "labels-anna"), pytest.raises(lock.BusyError):
        file.write(CLIP, half())
    file.write(CLIP, half())


def _label_many(data: Dataset, clip: str) -> None:
    file = AnnotatorFile(data, "anna")
    file.read(clip, FRAMES)
    for until in range(1, FRAMES + 1):
        file.write(clip, half(until))


@pytest.mark.slow
def test_programs_at_work_at_the_same_time_lose_nothing(data):
    clips = list(data.clips["clip"])
    fork = multiprocessing.get_context("fork")
    programs = [fork.Process(target=_label_many, args=(data, clip)) for clip in clips]
    for program in programs:
        program.start()
    for program in programs:
        program.join()
    assert AnnotatorFile(data, "anna").coverage() == dict.fromkeys(clips, FRAMES)


class TestDraft:
    def test_no_notebook_counts_it(self, data):
        file = AnnotatorFile(data, "me", draft=True)
        file.read(CLIP, FRAMES)
        file.write(CLIP, half())
        assert data.annotators == ["A", "B", "C"]
        reading.read(data)

    @pytest.mark.slow
    def test_complete_clips_are_handed_in(self, data):
        file = AnnotatorFile(data, "me", draft=True)
        for clip, until in {"clip_00": 40, "clip_01": 12, "clip_02": 40}.items():
            file.read(clip, FRAMES)
            file.write(clip, half(until))
        text = hand_in(data, "me")
        assert text == (
            "2 clips handed in to annotations/me.csv; 1 half labelled stay a draft: "
            "clip_01: frames 12 to 39"
        )
        assert AnnotatorFile(data, "me").coverage() == {"clip_00": 40, "clip_02": 40}
        assert AnnotatorFile(data, "me", draft=True).coverage() == {
            "clip_00": 40, "clip_01": 12, "clip_02": 40,
        }  # fmt: skip
        reading.read(data)

    @pytest.mark.slow
    def test_it_begins_with_what_was_handed_in_and_replaces_it_only_then(self, data):
        final = data.annotation("A")
        before = final.read_bytes()
        file = AnnotatorFile(data, "A", draft=True)
        codes = file.read(CLIP, FRAMES)
        assert np.array_equal(codes, AnnotatorFile(data, "A").read(CLIP, FRAMES))
        codes[5] = UNLABELED_CODE
        file.write(CLIP, codes)
        assert final.read_bytes() == before
        assert hand_in(data, "A") == "1 clip handed in to annotations/A.csv"
        assert np.array_equal(AnnotatorFile(data, "A").read(CLIP, FRAMES), codes)
        assert not file.path.exists()

    def test_nothing_to_hand_in(self, data):
        with pytest.raises(MissingFileError, match=r"me\.csv is missing: nothing to hand in"):
            hand_in(data, "me")

    def test_one_clip_alone(self, data):
        """The others stay as they are, complete or not; what is not there or not whole is said."""
        file = AnnotatorFile(data, "me", draft=True)
        for clip, until in {"clip_00": 40, "clip_01": 12, "clip_02": 40}.items():
            file.read(clip, FRAMES)
            file.write(clip, half(until))
        assert hand_in(data, "me", "clip_02") == "1 clip handed in to annotations/me.csv"
        assert set(read_annotation(file.final)["clip"]) == {"clip_02"}
        assert set(read_annotation(file.path)["clip"]) == {"clip_00", "clip_01"}
        assert hand_in(data, "me", "clip_01") == (
            "0 clips handed in to annotations/me.csv; 1 half labelled stay a draft: "
            "clip_01: frames 12 to 39"
        )
        with pytest.raises(ValueError, match=r"me\.csv has nothing of clip clip_02: nothing to"):
            hand_in(data, "me", "clip_02")

    def test_a_clip_that_clips_csv_has_no_more_stays_a_draft(self, data):
        rows = f"clip,start,end,label\ngone,0,7,idle\n{CLIP},0,{FRAMES - 1},idle\n"
        draft = data.annotation("me", draft=True)
        draft.parent.mkdir()
        draft.write_text(rows)
        said = hand_in(data, "me")
        assert said == (
            "1 clip handed in to annotations/me.csv; not in clips.csv, stay a draft: gone"
        )
        assert draft.read_text().splitlines()[1:] == ["gone,0,7,idle"]
        assert len(read_annotation(data.annotation("me"))) == 1


def test_cells_without_a_column_name_stop_a_change(data):
    """Saved by a spreadsheet: of two columns without a name one would go lost."""
    path = data.annotation("anna", draft=True)
    path.parent.mkdir()
    text = f"clip,start,end,label,comment,,\n{CLIP},0,39,idle,c,,\nclip_01,0,39,skill,,x,y\n"
    path.write_text(text)
    with pytest.raises(checks.AnnotationError, match="two columns with cells have no name"):
        AnnotatorFile(data, "anna", draft=True).read(CLIP, FRAMES)
    assert path.read_text() == text


def test_a_comment_too_long_is_refused_before_it_is_written():
    with pytest.raises(ValueError, match="the comment has 140000 characters, 10000 fit"):
        with_comment(CLIP, half(), [], 0, "x" * 140_000)


def test_kinds_are_kept_apart_from_comments_and_go_with_their_segments(data):
    file, path = AnnotatorFile(data, "anna"), data.annotation("anna")
    file.read(CLIP, FRAMES)
    codes = encode(["idle"] * 20 + ["skill"] * 20)
    file.write(CLIP, codes, with_comment(CLIP, codes, [], 3, "slow, late"))
    plain = path.read_text()
    fine = codes.copy()
    fine[:12], fine[12:20] = code_of("idle", "standing"), code_of("idle", "walking")
    file.write(CLIP, fine)
    assert path.read_text().splitlines() == [
        "clip,start,end,label,kind,comment",
        'clip_00,0,11,idle,standing,"slow, late"',
        "clip_00,12,19,idle,walking,",
        "clip_00,20,39,skill,,",
    ]
    again = AnnotatorFile(data, "anna")
    assert np.array_equal(again.read(CLIP, FRAMES), fine)
    fine[12:15] = fine[0]
    again.write(CLIP, fine)
    assert "clip_00,15,19,idle,walking," in path.read_text()
    again.write(CLIP, codes)
    assert path.read_text() == plain.replace("label,", "label,kind,").replace(
        "idle,", "idle,,"
    ).replace("skill,", "skill,,")


def test_kinds_of_a_draft_are_handed_in(data):
    file = AnnotatorFile(data, "A", draft=True)
    codes = file.read(CLIP, FRAMES)
    codes[codes == 0] = code_of("idle", "running")
    file.write(CLIP, codes)
    hand_in(data, "A")
    rows = reading.read(data)["A"]
    own = rows[(rows["clip"] == CLIP) & (rows["label"] == "idle")]
    assert len(own) and (own["kind"] == "running").all()
    assert (rows.loc[rows["clip"] != CLIP, "kind"] == "").all()


def test_files_being_written_are_no_annotators(data):
    (data.folder / "annotations" / ".part-x1.csv").write_text("")
    assert data.annotators == ["A", "B", "C"]
