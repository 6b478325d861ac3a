"""Annotations out to BORIS, ELAN and per-frame tables and back: nothing is lost."""

import numpy as np
import pandas as pd
import pytest
from footage import film
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from raw_video import write_raw
from tiny_dataset import annotation_rows, make_dataset

from gymlib import formats
from gymlib.__main__ import main
from gymlib.annotation import annotator_file, checks
from gymlib.annotation.checks import AnnotationError
from gymlib.annotation.reading import read_annotation
from gymlib.dataset import Dataset
from gymlib.files import lock
from gymlib.files.tables import write_table
from gymlib.formats import boris, clock, elan, frames
from gymlib.formats.clock import Clock
from gymlib.formats.segments import LabelledSegment, Reading, by_person
from gymlib.labels import CLASSES, KINDS, UNLABELED


@pytest.fixture
def mine(home) -> Dataset:
    return Dataset("mine", home)


@pytest.fixture
def tiny(home):
    """Makes the tiny data set with so many clips."""

    def make(**options) -> Dataset:
        make_dataset(home, **options)
        return Dataset("tiny", home)

    return make


# --- frames and times -------------------------------------------------------------------------

RATES = st.sampled_from([1.0, 10, 15, 23.976, 24, 25, 29.97, 30, 30000 / 1001, 50, 60, 120, 240])


@st.composite
def clocks(draw) -> Clock:
    """Clips with any usual frame rate, or a variable one, in milliseconds or finer."""
    count = draw(st.integers(2, 400))
    if draw(st.booleans()):
        return clock.even("clip", count, draw(RATES))
    longest = draw(st.floats(0.002, 1.0))
    steps = np.random.default_rng(draw(st.integers(0, 999))).uniform(0.0011, longest, count - 1)
    return clock.stamped("clip", np.concatenate([[0.0], np.cumsum(steps)]), 25.0)


@pytest.mark.slow
@given(clocks())
def test_every_border_survives_milliseconds(own):
    for border in range(own.frames + 1):
        assert own.border(round(1000 * own.time(border)) / 1000) == border


@given(clocks(), st.data())
def test_a_stop_one_millisecond_early_is_the_same_border(own, data):
    border = data.draw(st.integers(0, own.frames))
    if np.diff(own.borders).min() > 0.004:
        assert own.border(round(own.time(border), 3) - 0.001) == border


def test_times_outside_the_clip():
    own = clock.even("clip", 10, 25)
    assert own.border(0.43) == 10 and own.border(-0.03) == 0
    with pytest.raises(ValueError, match=r"0.480 s lies outside the clip, which lasts 0.400 s"):
        own.border(0.48)
    with pytest.raises(ValueError, match="outside"):
        own.border(float("nan"))
    assert own.fps == pytest.approx(25) and np.isnan(Clock("c", 3, None).fps)


def test_clocks_come_from_the_video_then_from_the_rate(mine):
    film(mine.folder / "videos" / "even.mp4")
    write_raw(mine.folder / "videos" / "phone.mp4", [0, 40, 60, 200])
    rows = [("even", "videos/even.mp4", 25, 8), ("phone", "videos/phone.mp4", 15, 4),
            ("known", "", 50, 3), ("unknown", "", None, 3)]  # fmt: skip
    table = pd.DataFrame(rows, columns=["clip", "path", "fps", "frames"])
    mine.write(table.assign(video="v", width=64, height=48), "clips.csv")
    found = clock.read(mine)
    np.testing.assert_allclose(found["even"].borders, np.arange(9) / 25, atol=1e-9)
    np.testing.assert_allclose(found["phone"].borders, [0, 0.04, 0.06, 0.2, 0.24], atol=1e-9)
    np.testing.assert_allclose(found["known"].borders, [0, 0.02, 0.04, 0.06])
    assert found["unknown"].borders is None
    assert clock.read(mine, fps=10)["unknown"].time(3) == pytest.approx(0.3)
    assert clock.read(mine, fps=10)["known"].time(3) == pytest.approx(0.06)
    for wrong in (0, -25, float("nan"), float("inf")):
        with pytest.raises(ValueError, match="a frame rate is a number above 0, found"):
            clock.read(mine, fps=wrong)
    mine.write(table.assign(video="v", width=64, height=48, frames=5), "clips.csv")
    with pytest.raises(ValueError, match="clip even: 5 frames, but its video has 8"):
        clock.read(mine)["even"]


def test_frames_too_short_for_milliseconds_are_refused(mine):
    about = {"video": "v", "path": "", "fps": 1000, "frames": 5, "width": 64, "height": 48}
    mine.write(pd.DataFrame([{"clip": "a"} | about]), "clips.csv")
    with pytest.raises(ValueError, match="within a millisecond"):
        clock.read(mine)["a"]
    assert clock.read(mine, exact=False)["a"].frames == 5, "the per-frame table needs no times"


# --- round trips ------------------------------------------------------------------------------

COMMENTS = st.text(
    st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff\ufffd"),
    max_size=12,
).map(str.strip)  # fmt: skip
SPECIAL = st.sampled_from(
    ["", "a, b", 'she said "no"', "tab\there", "two\nlines", "<b>&amp;", "=1", "'=1", "''-x", "-5"]
)


@st.composite
def labelled(draw) -> tuple[list[LabelledSegment], dict[str, Clock]]:
    """Two clips with any frame rates, and segments of annotators who cover one or both."""
    own = {name: draw(clocks()) for name in ("salto_1", "salto_2")}
    own = {name: Clock(name, c.frames, c.borders) for name, c in own.items()}
    found = []
    for annotator in ("anna", "Ben.2"):
        for name in draw(st.sampled_from([["salto_1"], ["salto_1", "salto_2"]])):
            last = own[name].frames
            cuts = draw(st.lists(st.integers(1, last - 1), max_size=6, unique=True))
            starts = [0, *sorted(cuts)]
            for start, stop in zip(starts, [*starts[1:], last]):
                label = draw(st.sampled_from([*CLASSES, UNLABELED]))
                comment = draw(COMMENTS | SPECIAL)
                kind = draw(st.sampled_from(["", *KINDS.get(label, ())]))
                segment = (name, annotator, start, stop - 1, label, comment)
                found.append(LabelledSegment(*segment, kind=kind))
    return found, own


def content(segments) -> dict:
    """Segments without the place they were read at."""
    people = by_person(segments).items()
    return {key: [(*segment[2:6], segment.kind) for segment in own] for key, own in people}


def back(read, files, own, **options) -> list[LabelledSegment]:
    reading = Reading(own, **options)
    for file in files:
        read(file, reading)
    found = reading.complete()
    assert not reading.faults, reading.faults
    return found


FAST = settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.mark.slow
@pytest.mark.parametrize("aggregated", [True, False])
@given(data=labelled(), timed=st.booleans())
@FAST
def test_boris_loses_nothing(tmp_path, aggregated, data, timed):
    segments, own = data
    if not timed:
        own = {name: Clock(name, c.frames, None) for name, c in own.items()}
    files = []
    for who in ("anna", "Ben.2"):
        files.append(tmp_path / f"{who}.tsv")
        boris.write(
            files[-1], [s for s in segments if s.annotator == who], own, aggregated=aggregated
        )
    assert content(back(boris.read, files, own)) == content(segments)


@pytest.mark.slow
@given(data=labelled())
@FAST
def test_elan_loses_nothing(tmp_path, data):
    segments, own = data
    files = []
    for name in own:
        files.append(tmp_path / f"{name}.eaf")
        elan.write(files[-1], [s for s in segments if s.clip == name], own[name])
    assert content(back(elan.read, files, own)) == content(segments)


@pytest.mark.slow
@given(data=labelled(), timed=st.booleans())
@FAST
def test_frames_lose_nothing(tmp_path, data, timed):
    segments, own = data
    if not timed:
        own = {name: Clock(name, c.frames, None) for name, c in own.items()}
    frames.write(tmp_path / "frames.csv", segments, own)
    assert content(back(frames.read, [tmp_path / "frames.csv"], own)) == content(segments)


@pytest.mark.slow
@pytest.mark.parametrize("form", formats.FORMATS)
def test_a_whole_data_set_goes_out_and_comes_back(tiny, capsys, form):
    data = tiny()
    before = {file: file.read_text() for file in map(data.annotation, data.annotators)}
    assert main(["export", "--dataset", "tiny", "--format", form]) == 0
    assert "Written: " in capsys.readouterr().out
    for file in before:
        file.unlink()
    out = data.folder / "exchange" / form
    command = ["import", "--dataset", "tiny", "--format", form, "--source", str(out)]
    assert main(command) == 0
    assert "A: " in capsys.readouterr().out
    for file, text in before.items():
        pd.testing.assert_frame_equal(checks.parse(file.read_text()), checks.parse(text))
    assert main(command) == 0, "the same labels once more are no fault"
    assert len(formats.export(data, "frames", data.home / "elsewhere")) == 1
    assert (data.home / "elsewhere" / "frames.csv").is_file()


@pytest.mark.slow
def test_what_is_there_is_replaced_only_on_request(tiny, capsys):
    data = tiny(clips=2)
    file = formats.export(data, "boris")[0]
    file.write_text(file.read_text().replace("\tlanding\t", "\tidle\t", 1))
    command = ["import", "--dataset", "tiny", "--format", "boris", "--source", str(file)]
    before = data.annotation("A").read_text()
    assert main(command) == 2
    assert "A has other labels there already; replace them" in capsys.readouterr().err
    assert data.annotation("A").read_text() == before
    assert main([*command, "--replace"]) == 0
    assert "replaced: A in clip_0" in capsys.readouterr().out
    assert data.annotation("A").read_text() != before
    assert main([*command, "--annotator", "dora"]) == 0
    assert data.annotators == ["A", "B", "C", "dora"]


@pytest.mark.slow
def test_clips_that_are_there_stay(tiny):
    data = tiny(clips=3)
    before = read_annotation(data.annotation("A"))
    file = formats.export(data, "boris")[0]
    kept = [line for line in file.read_text().splitlines() if "clip_01" not in line]
    file.write_text("\n".join(kept))
    taken = formats.take(data, "boris", file)
    assert taken.segments == {"A": len(kept) - 1} and taken.clips == {"A": 2}
    pd.testing.assert_frame_equal(read_annotation(data.annotation("A")), before)


@pytest.mark.slow
def test_wrong_use_is_explained(tiny, capsys, tmp_path):
    data = tiny(clips=1)
    source = ["--dataset", "tiny", "--source", str(tmp_path / "nothing")]
    assert main(["import", "--format", "elan", *source]) == 2
    assert "expected a file, or a folder with .eaf files" in capsys.readouterr().err
    assert main(["import", "--format", "elan", *source, "--names", "jump"]) == 2
    assert "--names expects NAME=LABEL" in capsys.readouterr().err
    assert main(["import", "--format", "elan", *source, "--names", "jump=hop"]) == 2
    assert "a name can mean idle, take-off, skill, landing or Unlabeled, not hop" in (
        capsys.readouterr().err
    )
    with pytest.raises(ValueError, match="expected a format out of boris, boris-tabular"):
        formats.export(data, "xls")


@pytest.mark.slow
def test_clips_without_times_go_through_boris_and_frames(tiny):
    data = tiny(clips=2)
    data.write(data.clips.assign(fps=np.nan), "clips.csv")
    with pytest.raises(ValueError, match="clip clip_00: ELAN needs times"):
        formats.export(data, "elan")
    assert len(formats.export(data, "elan", fps=30)) == 2
    before = data.annotation("A").read_text()
    table = formats.export(data, "boris")[0]
    data.annotation("A").unlink()
    formats.take(data, "boris", table)
    assert data.annotation("A").read_text() == before
    with pytest.raises(AnnotationError, match="its frame rate is unknown; give one"):
        formats.take(data, "elan", data.folder / "exchange" / "elan")


@pytest.mark.slow
def test_an_import_waits_for_who_is_labelling(tiny, monkeypatch):
    data = tiny(clips=2)
    table = formats.export(data, "boris")[0]  # of annotator A
    monkeypatch.setattr(annotator_file, "WAIT", 0.1)
    with annotator_file.held(data, "A"), pytest.raises(lock.BusyError):
        formats.take(data, "boris", table)
    formats.take(data, "boris", table)


@pytest.mark.slow
def test_an_import_needs_a_labelled_film_only(mine):
    """Videos, one table from BORIS, nothing else."""
    film(mine.folder / "videos" / "salto_1.mp4")
    assert main(["data", "--dataset", "mine"]) == 0
    rows = annotation_rows("salto_1", ["idle"] * 5 + ["skill"] * 3)
    write_table(mine.annotation("x"), pd.DataFrame(rows))
    table = formats.export(mine, "boris-tabular")[0]
    mine.annotation("x").unlink()
    assert main(["import", "--dataset", "mine", "--format", "boris", "--source", str(table)]) == 0
    found = read_annotation(mine.annotation("x"))
    assert found[["start", "end", "label"]].to_numpy().tolist() == [
        ["0", "4", "idle"],
        ["5", "7", "skill"],
    ]


@pytest.mark.slow
def test_clips_that_are_not_in_the_file_stop_nothing(mine, tmp_path):
    """A film beside it has two frames closer than a millisecond; it has the per-frame table."""
    film(mine.folder / "videos" / "salto_1.mp4")
    write_raw(mine.folder / "videos" / "dup.mp4", [0, 40, 80, 81, 120])
    assert main(["data", "--dataset", "mine"]) == 0
    for clip, names in (("salto_1", ["idle"] * 5 + ["skill"] * 3), ("dup", ["idle"] * 5)):
        write_table(mine.annotation("x"), pd.DataFrame(annotation_rows(clip, names)))
        if clip == "dup":
            with pytest.raises(ValueError, match="clip dup: two frames follow each other within"):
                formats.export(mine, "boris", tmp_path / clip)
        for form in ("boris", "elan", "frames") if clip == "salto_1" else ("frames",):
            files = formats.export(mine, form, tmp_path / clip / form)
            before = mine.annotation("x").read_text()
            mine.annotation("x").unlink()
            formats.take(mine, form, files[0])
            assert mine.annotation("x").read_text() == before
    table = (tmp_path / "salto_1" / "boris" / "x.tsv").read_text().replace("salto_1", "dup")
    (tmp_path / "y.tsv").write_text(table)
    with pytest.raises(AnnotationError, match="within a millisecond") as error:
        formats.take(mine, "boris", tmp_path / "y.tsv")
    assert len(error.value.faults) == 1


def test_a_dry_run_tells_each_row_and_writes_nothing(tiny, capsys):
    data = tiny(clips=2)
    file = formats.export(data, "boris")[0]
    lines = file.read_text().splitlines()
    file.write_text(
        "\n".join([*lines[:2], lines[2].replace("\ttake-off\t", "\thop\t"), *lines[3:]])
    )
    before = {path: path.read_bytes() for path in data.folder.rglob("*.csv")}
    command = ["import", "--dataset", "tiny", "--format", "boris", "--source", str(file)]
    assert main([*command, "--annotator", "zoe", "--dry-run"]) == 0
    said = capsys.readouterr().out
    assert "A.tsv, row 2: zoe, clip clip_00: frames 0 to " in said and "are idle" in said
    assert "A.tsv, row 3: clip clip_00: behaviour 'hop' is no label" in said
    assert "nothing was written" in said
    assert {path: path.read_bytes() for path in data.folder.rglob("*.csv")} == before


def test_comments_that_no_table_could_hold_are_refused(tiny):
    data = tiny(clips=1)
    own = clock.read(data)
    last = own["clip_00"].frames - 1
    segment = LabelledSegment("clip_00", "zoe", 0, last, "idle", "x" * 140_000)
    (file,) = formats.write(data, "elan", [segment], own, data.folder / "out")
    with pytest.raises(AnnotationError, match="a comment of 140000 characters; 100000 fit"):
        formats.take(data, "elan", file)


# --- kinds ------------------------------------------------------------------------------------

WALKS = [
    LabelledSegment("a", "anna", 0, 3, "idle", kind="walking"),
    LabelledSegment("a", "anna", 4, 9, "idle"),
]


@pytest.mark.parametrize(
    ("write", "says"),
    [
        (lambda path, own, at: boris.write(path, own, at), "Modifiers"),
        (lambda path, own, at: boris.write(path, own, at, aggregated=False), "Modifier #1"),
        (lambda path, own, at: elan.write(path, own, at["a"]), "anna-kind"),
        (lambda path, own, at: frames.write(path, own, at), "anna:kind"),
    ],
)
def test_files_without_kinds_say_nothing_of_them(tmp_path, write, says):
    path, at = tmp_path / "file.csv", {"a": clock.even("a", 10, 25)}
    write(path, WALKS, at)
    assert says in path.read_text() and "walking" in path.read_text()
    write(path, [segment._replace(kind="") for segment in WALKS], at)
    assert says not in path.read_text() and "walking" not in path.read_text()


def test_a_kind_of_another_label_is_a_fault(tmp_path):
    own = {"a": clock.even("a", 10, 25)}
    wrong = [segment._replace(kind="cartwheel") for segment in WALKS]
    elan.write(tmp_path / "a.eaf", wrong, own["a"])
    frames.write(tmp_path / "frames.csv", wrong, own)
    for read, file in ((elan.read, "a.eaf"), (frames.read, "frames.csv")):
        reading = Reading(own)
        read(tmp_path / file, reading)
        assert "unknown kind 'cartwheel' of idle; expected standing, " in str(reading.faults[0])


def test_modifiers_that_are_no_kinds_are_left_out_as_ever(tmp_path):
    own, path = {"a": clock.even("a", 10, 25)}, tmp_path / "anna.tsv"
    boris.write(path, WALKS, own)
    path.write_text(path.read_text().replace("walking", "slow|walking,None"))
    assert [segment.kind for segment in back(boris.read, [path], own)] == ["walking", ""]
    path.write_text(path.read_text().replace("walking", "cartwheel"))
    assert [segment.kind for segment in back(boris.read, [path], own)] == ["", ""]


@pytest.mark.slow
def test_kinds_of_a_whole_data_set_go_out_and_come_back(tiny):
    data = tiny(clips=2)
    path = data.annotation("A")
    table = pd.read_csv(path, keep_default_na=False)
    table.insert(4, "kind", table["label"].map({"skill": "jump"}).fillna(""))
    write_table(path, table)
    before, others = path.read_text(), data.annotation("B").read_text()
    for form in formats.FORMATS:
        formats.export(data, form)
        for name in data.annotators:
            data.annotation(name).unlink()
        taken = formats.take(data, form, data.folder / "exchange" / form)
        assert taken.clips["A"] == 2
        assert path.read_text() == before and data.annotation("B").read_text() == others
    told = formats.take(data, "frames", data.folder / "exchange" / "frames", dry_run=True)
    assert any(line.endswith("are skill (jump)") for line in told.rows)
