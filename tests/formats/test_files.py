"""Files as BORIS 7 to 9 and ELAN write them, rebuilt here, and everything that can be wrong."""

import csv
import io as streams
from dataclasses import replace

import numpy as np
import pytest

from gymlib.annotation.checks import AnnotationError
from gymlib.formats import boris, clock, elan, frames, segments
from gymlib.formats.segments import LabelledSegment, Reading, by_person

FPS = 25


@pytest.fixture
def reading():
    """Two clips of 10 and 8 frames at 25 per second."""
    lengths = {"salto_1": 10, "salto_2": 8}
    return lambda **options: Reading(
        {
            name: replace(clock.even(name, n, FPS), media=f"videos/{name}.mp4")
            for name, n in lengths.items()
        },
        **options,
    )


@pytest.fixture
def put(tmp_path):
    def write(text, name="anna.tsv"):
        (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path / name

    return write


def shown(found) -> list[tuple]:
    return [tuple(segment[:5]) for own in by_person(found).values() for segment in own]


def faults(read, path, own, gaps=None) -> list[str]:
    read(path, own)
    own.complete(gaps)
    return [str(fault) for fault in own.faults]


def table(columns, rows, delimiter="\t") -> str:
    text = streams.StringIO()
    writer = csv.DictWriter(text, columns, extrasaction="ignore", delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


# --- BORIS, aggregated events -----------------------------------------------------------------

VERSION_7 = [
    "Observation id", "Observation date", "Description", "Media file", "Total length", "FPS",
    "age", "Subject", "Behavior", "Behavioral category", "Modifiers", "Behavior type",
    "Start (s)", "Stop (s)", "Duration (s)", "Comment start", "Comment stop",
]  # fmt: skip


def state(label, start, stop, clip="salto_1", **others) -> dict:
    """A STATE row with the columns of both versions."""
    row = {
        "Observation id": clip, "Observation date": "2024-05-01 10:00:00", "Subject": "gymnast",
        "Media file": f"C:\\films\\{clip}.mp4", "Media file name": f"films/{clip}.mp4",
        "Source": f"player #1:films/{clip}.mp4", "Observation type": "Media file(s)",
        "Time offset (s)": "0.0", "FPS": "25.0", "FPS (frame/s)": "25.000", "Behavior": label,
        "Behavior type": "STATE", "Start (s)": f"{start:.3f}", "Stop (s)": f"{stop:.3f}",
        "Duration (s)": f"{stop - start:.3f}",
        "Image index start": str(round(start * FPS)), "Image index stop": "NA",
    }  # fmt: skip
    return row | others


# BORIS stops a state one millisecond before the next one begins, and cannot go past the
# begin of the last frame (0.36 s of 0.4 s).
STATES = [
    state("idle", 0, 0.079),
    state("take-off", 0.08, 0.159, **{"Comment start": "arms", "Comment stop": "late"}),
    state("skill", 0.16, 0.279),
    state("landing", 0.28, 0.36),
]
SEGMENTS = [
    ("salto_1", "anna", 0, 1, "idle"),
    ("salto_1", "anna", 2, 3, "take-off"),
    ("salto_1", "anna", 4, 6, "skill"),
    ("salto_1", "anna", 7, 9, "landing"),
]


@pytest.mark.parametrize("columns", [VERSION_7, boris.AGGREGATED])
@pytest.mark.parametrize("delimiter", ["\t", ","])
def test_aggregated_events_of_all_versions(put, reading, columns, delimiter):
    own = reading()
    boris.read(put(table(columns, STATES, delimiter), "anna.csv"), own)
    found = own.complete()
    assert not own.faults and shown(found) == SEGMENTS
    assert by_person(found)["anna", "salto_1"][1].comment == "arms; late"


def test_behaviours_are_ordered_by_name_in_boris_exports_and_that_is_no_matter(put, reading):
    own = reading()
    shuffled = [STATES[i] for i in (3, 0, 2, 1)]
    boris.read(put(table(boris.AGGREGATED, shuffled)), own)
    assert shown(own.complete()) == SEGMENTS and not own.faults


def test_a_spreadsheet_with_decimal_commas(put, reading):
    rows = [{k: v.replace(".", ",") if "(s)" in k else v for k, v in row.items()} for row in STATES]
    own = reading()
    boris.read(put(table(VERSION_7, rows, ";")), own)
    assert shown(own.complete()) == SEGMENTS and not own.faults


def test_time_offsets_are_taken_off(put, reading):
    rows = [
        row | {"Start (s)": f"{float(row['Start (s)']) + 7:.3f}", "Time offset (s)": "7.0",
               "Stop (s)": f"{float(row['Stop (s)']) + 7:.3f}"}
        for row in STATES
    ]  # fmt: skip
    own = reading()
    boris.read(put(table(boris.AGGREGATED, rows)), own)
    assert shown(own.complete()) == SEGMENTS and not own.faults


def test_observations_of_pictures_count_from_one(put, reading):
    indices = [(1, 3), (3, 5), (5, 8), (8, 10)]
    rows = [
        row | {"Observation type": "From directories of images", "Start (s)": "NA",
               "Stop (s)": "NA", "Image index start": str(a), "Image index stop": str(b)}
        for row, (a, b) in zip(STATES, indices)
    ]  # fmt: skip
    own = reading()
    boris.read(put(table(boris.AGGREGATED, rows)), own)
    assert shown(own.complete()) == SEGMENTS and not own.faults


def test_the_media_file_names_the_clip_where_the_observation_does_not(put, reading):
    rows = [row | {"Observation id": "first try of anna"} for row in STATES]
    for columns in (VERSION_7, boris.AGGREGATED):
        own = reading()
        boris.read(put(table(columns, rows)), own)
        assert shown(own.complete()) == SEGMENTS and not own.faults


@pytest.mark.parametrize("film", ["D:\\\\Monday training\\\\salto (1).MOV", "/films/salto (1).mp4"])
def test_a_film_named_as_phones_do_is_its_clip(put, reading, film):
    rows = changed(STATES, Observation_id="o", Source=f"player #1:{film}", Media_file_name=film)
    own = reading()
    boris.read(put(table(boris.AGGREGATED, rows)), own)
    assert shown(own.complete()) == SEGMENTS and not own.faults
    own = reading()
    url = "file:///C:/Monday%20training/salto%20(1).mp4"
    elan.read(put(eaf({"anna": ALIGNED}, media=url), "salto (1).eaf"), own)
    assert shown(own.complete()) == SEGMENTS and not own.faults


def test_point_events_label_from_here_on(put, reading):
    rows = [
        row | {"Behavior type": "POINT", "Stop (s)": row["Start (s)"], "Duration (s)": "NA"}
        for row in STATES
    ]
    own = reading()
    boris.read(put(table(boris.AGGREGATED, rows)), own)
    assert shown(own.complete()) == SEGMENTS and not own.faults


def test_other_names_and_other_behaviours(put, reading):
    rows = [row | {"Behavior": f"{row['Behavior'].upper()}!"} for row in STATES]
    wobble = state("wobble", 0.1, 0.1, **{"Behavior type": "POINT"})
    names = {"idle!": "idle", "take-off!": "take-off", "Skill!": "skill", "Landing!": "landing"}
    path = put(table(boris.AGGREGATED, [*rows, wobble]))
    own = reading(names=names | {"wobble": ""})
    assert faults(boris.read, path, own) == []
    assert shown(own.segments)[0] == SEGMENTS[0]
    own = reading(names=names)
    found = faults(boris.read, path, own)
    assert found == [
        "anna.tsv, row 6: clip salto_1: behaviour 'wobble' is no label; expected idle, take-off, "
        "skill, landing, or what it means: wobble=skill, wobble= to leave it out"
    ]


def changed(rows, **columns):
    return [
        row | {name.replace("_", " "): value for name, value in columns.items()} for row in rows
    ]


def test_text_of_a_spreadsheet_with_decimal_commas_between_tabs(tmp_path, reading):
    """Excel's "Unicode text", of Germany: UTF-16, tabs, decimal commas."""
    rows = [{k: v.replace(".", ",") if "(s)" in k else v for k, v in row.items()} for row in STATES]
    for encoding in ("utf-16", "utf-8-sig", "utf-8"):
        (tmp_path / "anna.txt").write_bytes(table(boris.AGGREGATED, rows).encode(encoding))
        own = reading()
        boris.read(tmp_path / "anna.txt", own)
        assert shown(own.complete()) == SEGMENTS and not own.faults, encoding


def test_a_semicolon_in_the_name_of_a_folder(put, reading):
    rows = changed(STATES, Source="player #1:C:/rec; old/salto_1.mp4")
    own = reading()
    boris.read(put(table(boris.AGGREGATED, rows)), own)
    assert shown(own.complete()) == SEGMENTS and not own.faults


@pytest.mark.parametrize("name", ["obs A", "salto_1"])
def test_an_observation_that_plays_two_clips_is_refused(put, reading, name):
    """BORIS 7 names the file that plays, and counts times from the begin of the first."""
    own = changed(STATES, Observation_id=name, Source="")
    later = [
        row | {"Media file": "salto_2.mp4", "Start (s)": f"{float(row['Start (s)']) + 0.4:.3f}",
               "Stop (s)": f"{float(row['Stop (s)']) + 0.4:.3f}"}
        for row in own[:2]
    ]  # fmt: skip
    found = faults(boris.read, put(table(VERSION_7, [*own, *later])), reading())
    if name == "obs A":
        assert found[0].startswith("anna.tsv: observation 'obs A' plays several clips, salto_1, sa")
    else:
        assert all("names two clips" in fault for fault in found) and len(found) == 2


def test_a_table_without_observations_may_hold_several_clips(put, reading):
    """Cut down by hand; the media name the clips."""
    columns = ["Media file", "Behavior", "Behavior type", "Start (s)", "Stop (s)"]
    other = [state("idle", 0, 0.32, clip="salto_2")]
    own = reading()
    boris.read(put(table(columns, [*STATES, *other])), own)
    assert shown(own.complete()) == [*SEGMENTS, ("salto_2", "anna", 0, 7, "idle")]
    assert not own.faults


def test_an_observation_longer_than_the_clip_is_refused(put, reading):
    """Events in the second film of a queue only: its length gives it away."""
    rows = changed(STATES, Total_length="6.000")
    found = faults(boris.read, put(table([*VERSION_7, "Total length"], rows)), reading())
    assert len(found) == 4 and "(its media last 6.000 s, the clip 0.400 s)" in found[0]


def test_two_observations_of_a_clip_are_two_people(put, reading):
    rows = [*changed(STATES, Observation_id="anna_1"), *changed(STATES, Observation_id="ben_1")]
    found = faults(boris.read, put(table(boris.AGGREGATED, rows)), reading())
    assert found == [
        "anna.tsv: clip salto_1: 2 observations, 'anna_1', 'ben_1'; export each to a file of its "
        "own and import it with its annotator (annotator)"
    ]


def test_a_decisive_column_twice(put, reading):
    text = table(boris.AGGREGATED, STATES).replace("Behavioral category", "Behavior")
    found = faults(boris.read, put(text), reading())
    assert found == ["anna.tsv, row 1: two columns are named 'Behavior'"]


def test_sound_that_outlasts_the_pictures(put, reading):
    rows = [*STATES[:3], state("landing", 0.28, 0.49)]
    path = put(table(boris.AGGREGATED, rows))
    assert "lies outside the clip" in faults(boris.read, path, reading())[0]
    own = reading()
    own.clocks["salto_1"] = replace(own.clocks["salto_1"], end=0.49)
    boris.read(path, own)
    assert shown(own.complete()) == SEGMENTS and not own.faults


def test_a_film_whose_pictures_begin_after_its_sound(put, reading):
    late = clock.stamped("salto_1", 0.072 + np.arange(10) / FPS, FPS, "salto_1.mp4")
    for begin in ("0.000", "0.072"):  # at the sound, or at the picture
        rows = [
            row | {name: f"{float(row[name]) + 0.072:.3f}" for name in ("Start (s)", "Stop (s)")}
            for row in STATES
        ]
        rows[0]["Start (s)"] = begin
        own = reading()
        own.clocks["salto_1"] = late
        boris.read(put(table(boris.AGGREGATED, rows)), own)
        assert shown(own.complete()) == SEGMENTS and not own.faults
    assert late.fps == pytest.approx(FPS)


# --- BORIS, tabular events --------------------------------------------------------------------


def starts_and_stops(rows):
    events = [
        row | {"Behavior type": kind, "Status": kind, "Time": row[f"{column} (s)"],
               "Comment": row.get(f"Comment {column.lower()}", "")}
        for row in rows
        for kind, column in (("START", "Start"), ("STOP", "Stop"))
    ]  # fmt: skip
    return sorted(events, key=lambda row: float(row["Time"]))


def test_tabular_events(put, reading):
    rows = starts_and_stops(STATES)
    own = reading()
    boris.read(put(table(boris.TABULAR, rows)), own)
    found = own.complete()
    assert not own.faults and shown(found) == SEGMENTS
    assert by_person(found)["anna", "salto_1"][1].comment == "arms; late"


def test_tabular_events_of_version_7_below_their_preamble(put, reading):
    columns = ["Time", "Media file path", "Total length", "FPS", "Subject", "Behavior",
               "Behavioral category", "Comment", "Status"]  # fmt: skip
    about = [["Observation id", "salto_1"], [], ["Media file(s)"], [], ["Player #1", "a.mp4"], [],
             ["Observation date", "2016-11-27 01:57:26"], [], ["Description", "Behavior, Time"],
             [], ["Time offset (s)", "0.0"], [], ["independent variables"], ["variable", "value"],
             ["age", "12"], []]  # fmt: skip
    head = "\n".join("\t".join([*row, *[""] * (9 - len(row))]) for row in about)
    body = table(columns, starts_and_stops(STATES))
    own = reading()
    boris.read(put(f"{head}\n{body}"), own)
    assert shown(own.complete()) == SEGMENTS and not own.faults


def test_unpaired_starts_and_stops_are_all_told(put, reading):
    events = [("START", 0, "idle"), ("START", 0.04, "idle"), ("STOP", 0.08, "skill"),
              ("BEGIN", 0.12, "landing"), ("START", 0.2, "landing")]  # fmt: skip
    rows = [state(label, time, time, Time=str(time), **{"Behavior type": kind})
            for kind, time, label in events]  # fmt: skip
    found = faults(boris.read, put(table(boris.TABULAR, rows)), reading())
    where = "clip salto_1: "
    assert found == [
        f"anna.tsv, row 3: {where}idle starts again, but its start in row 2 has no STOP",
        f"anna.tsv, row 4: {where}skill stops without a START before",
        f"anna.tsv, row 5: {where}expected START, STOP or POINT, found 'BEGIN'",
        f"anna.tsv, row 2: {where}idle starts and has no STOP",
        f"anna.tsv, row 6: {where}landing starts and has no STOP",
    ]


# --- what can be wrong ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change, message",
    [
        ({"Observation id": "x", "Media file name": "y.mp4", "Source": "NA"},
         "row 3: no clip of clips.csv is named by 'x' or 'y.mp4'"),
        ({"Observation id": "salto_3", "Media file name": "", "Source": ""}, "did you mean 'sal"),
        ({"Start (s)": "soon"}, "row 3: clip salto_1: expected a number, found 'soon'"),
        ({"Start (s)": "NA", "Image index start": ""}, "row 3: clip salto_1: no start time"),
        ({"Stop (s)": "9.000"}, "9.000 s lies outside the clip, which lasts 0.400 s"),
        ({"Stop (s)": "0.080"}, "take-off covers no frame (it starts and stops at frame 2)"),
        ({"Start (s)": "0.120"}, "annotator anna, clip salto_1: frame 2 has no label (gap)"),
        ({"Start (s)": "0.040"}, "frame 1 has two labels (overlap with row 2)"),
        ({"Source": "player #1:a.mp4;b.mp4"}, "plays several media files one after the other"),
        ({"Start (s)": "nan"}, "row 3: clip salto_1: expected a number, found 'nan'"),
        ({"Start (s)": "NA", "Image index start": "inf"}, "expected a number, found 'inf'"),
        ({"Comment start": "\ufffd"}, "row 3: clip salto_1: letters that are not UTF-8"),
        ({"Start (s)": "NA", "Image index start": "99"},
         "image index 99 lies outside the clip of 10 frames"),
    ],
)  # fmt: skip
def test_boris_faults_say_file_and_row(put, reading, change, message):
    rows = [STATES[0], STATES[1] | change, *STATES[2:]]
    found = faults(boris.read, put(table(boris.AGGREGATED, rows)), reading())
    assert message in found[0] and found[0].startswith("anna.tsv, row 3")
    if "no clip" not in message and "did you" not in message:
        assert len(found) == 1, "a row that cannot be read is no gap on top"


def test_an_observation_that_names_two_clips(put, reading):
    rows = [STATES[0] | {"Media file name": "films/salto_2.mp4"}, *STATES[1:]]
    found = faults(boris.read, put(table(boris.AGGREGATED, rows)), reading())
    assert found[0] == (
        "anna.tsv, row 2: names two clips, 'salto_1' and 'salto_2'; one of them must be wrong"
    )


def test_the_same_clip_in_two_files(put, reading):
    own = reading(annotator="anna")
    for name in ("a.tsv", "b.tsv"):
        boris.read(put(table(boris.AGGREGATED, STATES), name), own)
    own.complete()
    assert [str(fault) for fault in own.faults] == [
        "a.tsv: annotator anna, clip salto_1: labels in b.tsv as well; import one of them"
    ]


def test_two_subjects_in_a_clip_overlap(put, reading):
    rows = [*STATES, *(row | {"Subject": "second gymnast"} for row in STATES)]
    found = faults(boris.read, put(table(boris.AGGREGATED, rows)), reading())
    assert len(found) == 4 and "frames 0 to 1 have two labels" in found[0]


def test_gaps_may_be_given_a_label(put, reading):
    path = put(table(boris.AGGREGATED, STATES[1:3]))
    assert len(faults(boris.read, path, reading())) == 2
    own = reading()
    boris.read(path, own)
    found = shown(own.complete(gaps="idle"))
    assert [segment[2:] for segment in found] == [
        (0, 1, "idle"), (2, 3, "take-off"), (4, 6, "skill"), (7, 9, "idle")
    ]  # fmt: skip
    assert not own.faults


@pytest.mark.parametrize(
    "text, name, message",
    [
        ("idle\t0\t1\n", "anna.tsv", "expected a row of column names with Behavior and Start (s)"),
        ("", "anna.tsv", "expected a row of column names"),
        ("\0Behavior\tTime", "anna.tsv", "anna.tsv"),
        (table(boris.AGGREGATED, STATES), "salto_1.tsv", "is named after a clip; say who labelled"),
        (table(boris.AGGREGATED, STATES), "an na.tsv", "annotator 'an na' cannot be a file name"),
        (table(boris.AGGREGATED, STATES), "label.tsv", "'label' cannot be an annotator's name"),
    ],
)
def test_boris_files_that_are_none(put, reading, text, name, message):
    assert message in faults(boris.read, put(text, name), reading())[0]


def test_files_of_one_observation_take_the_annotators_name_from_the_caller(put, reading):
    own = reading(annotator="anna")
    boris.read(put(table(boris.AGGREGATED, STATES), "salto_1.tsv"), own)
    assert shown(own.complete()) == SEGMENTS and not own.faults


def test_huge_files_are_not_read(put, reading, monkeypatch):
    monkeypatch.setattr(segments, "LARGEST", 5)
    for module, name in ((boris, "a.tsv"), (elan, "a.eaf"), (frames, "a.csv")):
        assert faults(module.read, put("0123456789", name), reading()) == [
            f"{name}: larger than 5 bytes"
        ]


# --- ELAN -------------------------------------------------------------------------------------


def eaf(tiers: dict[str, list], media="file:///films/salto_1.mp4", head="", more="") -> str:
    """An .eaf as ELAN 6 writes it: tiers of (begin ms, end ms, value); None is an open slot."""
    slots, bodies, n = [], [], 0
    for name, annotations in tiers.items():
        lines = []
        for begin, end, value in annotations:
            for time in (begin, end):
                n += 1
                at = "" if time is None else f' TIME_VALUE="{time}"'
                slots.append(f'<TIME_SLOT TIME_SLOT_ID="ts{n}"{at}/>')
            lines.append(
                f'<ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="a{n // 2}" '
                f'TIME_SLOT_REF1="ts{n - 1}" TIME_SLOT_REF2="ts{n}">'
                f"<ANNOTATION_VALUE>{value}</ANNOTATION_VALUE>"
                "</ALIGNABLE_ANNOTATION></ANNOTATION>"
            )
        body = "".join(lines)
        bodies.append(f'<TIER LINGUISTIC_TYPE_REF="default-lt" TIER_ID="{name}">{body}</TIER>')
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n{head}'
        '<ANNOTATION_DOCUMENT AUTHOR="" DATE="2024-05-01T10:00:00+01:00" FORMAT="3.0" '
        'VERSION="3.0" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        'xsi:noNamespaceSchemaLocation="http://www.mpi.nl/tools/elan/EAFv3.0.xsd">\n'
        '<HEADER MEDIA_FILE="" TIME_UNITS="milliseconds">'
        f'<MEDIA_DESCRIPTOR MEDIA_URL="{media}" MIME_TYPE="video/mp4" '
        'RELATIVE_MEDIA_URL="./salto_1.mp4"/>'
        '<PROPERTY NAME="lastUsedAnnotationId">9</PROPERTY></HEADER>'
        f"<TIME_ORDER>{''.join(slots)}</TIME_ORDER>{''.join(bodies)}{more}"
        '<LINGUISTIC_TYPE GRAPHIC_REFERENCES="false" LINGUISTIC_TYPE_ID="default-lt" '
        'TIME_ALIGNABLE="true"/></ANNOTATION_DOCUMENT>'
    )


ALIGNED = [(0, 80, "idle"), (80, 160, "Take-off"), (160, 280, " skill "), (280, 360, "landing")]
REMARK = (
    '<TIER LINGUISTIC_TYPE_REF="remark" PARENT_REF="anna" TIER_ID="remarks"><ANNOTATION>'
    '<REF_ANNOTATION ANNOTATION_ID="a99" ANNOTATION_REF="a2"><ANNOTATION_VALUE>arms late'
    "</ANNOTATION_VALUE></REF_ANNOTATION></ANNOTATION></TIER>"
)


def test_a_file_as_elan_writes_it(put, reading):
    own = reading()
    text = eaf({"anna": ALIGNED, "default": []}, more=REMARK)
    elan.read(put(text, "any name.eaf"), own)
    found = own.complete()
    assert not own.faults and shown(found) == SEGMENTS
    assert [segment.comment for segment in found] == ["", "arms late", "", ""]


def test_media_that_begin_before_the_annotations(put, reading):
    early = [(begin - 40, end - 40, value) for begin, end, value in ALIGNED[1:]]
    text = eaf({"anna": early}).replace('MIME_TYPE="video/mp4"', 'TIME_ORIGIN="40"')
    own = reading()
    elan.read(put(text, "salto_1.eaf"), own)
    assert shown(own.complete(gaps="idle")) == SEGMENTS and not own.faults


SOUND = '<MEDIA_DESCRIPTOR MEDIA_URL="file:///mic.wav" MIME_TYPE="audio/x-wav"/>'


@pytest.mark.parametrize("first", [True, False])
def test_the_origin_is_that_of_the_medium_that_is_the_clip(put, reading, first):
    early = [(begin - 40, end - 40, value) for begin, end, value in ALIGNED[1:]]
    text = eaf({"anna": early}).replace('MIME_TYPE="video/mp4"', 'TIME_ORIGIN="40"')
    at = text.index("<MEDIA_DESC") if first else text.index("<PROPERTY")
    own = reading()
    elan.read(put(text[:at] + SOUND + text[at:], "salto_1.eaf"), own)
    assert shown(own.complete(gaps="idle")) == SEGMENTS and not own.faults


def test_other_cameras_may_be_clips_too(put, reading):
    side = SOUND.replace("mic.wav", "salto_2.mp4")
    text = eaf({"anna": ALIGNED}).replace("<PROPERTY", side + "<PROPERTY")
    own = reading()
    elan.read(put(text, "salto_1.eaf"), own)
    assert shown(own.complete()) == SEGMENTS and not own.faults
    assert "names two clips" in faults(elan.read, put(text, "both.eaf"), reading())[0]


def test_a_tier_with_times_of_its_own_may_depend_on_another(put, reading):
    text = eaf({"attempt": [(0, 400, "salto")], "phase": ALIGNED})
    text = text.replace('TIER_ID="phase"', 'TIER_ID="phase" PARENT_REF="attempt" ANNOTATOR="anna"')
    for who in ("phase", "anna"):
        own = reading(annotator=who)
        elan.read(put(text, "salto_1.eaf"), own)
        assert [(s[1], *s[2:]) for s in shown(own.complete())] == [(who, *s[2:]) for s in SEGMENTS]
        assert not own.faults


def test_the_property_annotator_names_the_person(put, reading):
    """Everybody's file has the same tier, as the template of a project gives it."""
    own = reading()
    for who, clip in (("anna", "salto_1"), ("Ben Müller", "salto_1")):
        text = eaf({"phase@P1": ALIGNED}).replace("TIER_ID", f'ANNOTATOR="{who}" TIER_ID')
        elan.read(put(text, f"{clip}.eaf"), own)
    assert set(by_person(own.complete())) == {("anna", "salto_1"), ("Ben_M_ller", "salto_1")}
    assert not own.faults


def test_a_person_with_two_tiers_is_not_two_in_one(put, reading):
    text = eaf({"P1": ALIGNED, "P2": ALIGNED}).replace("TIER_ID", 'ANNOTATOR="anna" TIER_ID')
    own = reading()
    elan.read(put(text, "salto_1.eaf"), own)
    assert {who for who, _ in by_person(own.complete())} == {"P1", "P2"} and not own.faults


def test_whose_labels_a_lone_tier_holds_may_be_said(put, reading):
    own = reading(annotator="zoe")
    elan.read(put(eaf({"phase@P1": ALIGNED}), "salto_1.eaf"), own)
    assert {who for who, _ in by_person(own.complete())} == {"zoe"} and not own.faults


def test_two_tiers_of_one_name(put, reading):
    text = eaf({"anna": ALIGNED, "ben": ALIGNED}).replace('TIER_ID="ben"', 'TIER_ID="anna"')
    (found,) = faults(elan.read, put(text, "salto_1.eaf"), reading())
    assert "two tiers are named 'anna'; rename one of them in ELAN" in found


@pytest.mark.parametrize("name", ["time", "label"])
def test_names_that_columns_have(put, reading, name):
    (found,) = faults(elan.read, put(eaf({name: ALIGNED}), "salto_1.eaf"), reading())
    assert f"{name!r} cannot be an annotator's name" in found


def test_other_units_of_time_are_refused(put, reading):
    text = eaf({"anna": ALIGNED}).replace("milliseconds", "PAL-frames")
    found = faults(elan.read, put(text, "salto_1.eaf"), reading())
    assert found == ["salto_1.eaf: times in PAL-frames; save it with ELAN, in milliseconds"]


def test_tiers_are_annotators_and_one_may_be_chosen(put, reading):
    speech = [(0, 400, "hop!")]
    path = put(eaf({"anna": ALIGNED, "ben": ALIGNED, "speech": speech}), "salto_1.eaf")
    own = reading(annotator="anna")
    elan.read(path, own)
    assert shown(own.complete()) == SEGMENTS and not own.faults
    found = faults(elan.read, path, reading())
    assert len(found) == 1 and "tier speech, row 1: 'hop!' is no label" in found[0]
    found = faults(elan.read, path, reading(annotator="carl"))
    assert found == [
        "salto_1.eaf: no tier 'carl' with annotations; tiers with any: anna, ben, speech"
    ]


@pytest.mark.parametrize(
    "changed, message",
    [
        ((80, 160, "jump"), "row 2: 'jump' is no label; expected idle, take-off, skill, landing"),
        ((80, None, "take-off"), "row 2: take-off has no time; align it in ELAN"),
        ((80, 9000, "take-off"), "row 2: clip salto_1: 9.000 s lies outside the clip"),
        ((80, 85, "take-off"), "row 2: clip salto_1: take-off covers no frame (80 to 85 ms)"),
        ((120, 160, "take-off"), "row 2: annotator anna, clip salto_1: frame 2 has no label (gap)"),
        ((40, 160, "take-off"), "row 2: annotator anna, clip salto_1: frame 1 has two labels"),
    ],
)
def test_elan_faults_say_tier_and_annotation(put, reading, changed, message):
    text = eaf({"anna": [ALIGNED[0], changed, *ALIGNED[2:]]})
    found = faults(elan.read, put(text, "salto_1.eaf"), reading())
    assert len(found) == 1 and found[0].startswith(f"salto_1.eaf, tier anna, {message}")


BOMB = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>\n'
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>\n'


@pytest.mark.parametrize(
    "text, message",
    [
        (eaf({"anna": ALIGNED}, head=BOMB), "has a document type"),
        (eaf({"anna": [(0, 400, "&a;")]}, head=OUTSIDE), "has a document type"),
        ("<html", "cannot be read as an ELAN file: unclosed token"),
        ("<html/>", "cannot be read as an ELAN file: something is missing"),
        (eaf({"anna": ALIGNED}).replace('TIME_VALUE="80"', 'TIME_VALUE="x"'), "cannot be read"),
        (eaf({"anna": ALIGNED}, media="file:///a.mp4"), "no clip of clips.csv is named by 'other'"),
        (eaf({"an na": ALIGNED}), "annotator 'an na' cannot be a file name"),
    ],
)
def test_elan_files_that_must_not_or_cannot_be_read(put, reading, text, message):
    found = faults(elan.read, put(text, "salto_1.eaf" if "other" not in message else "other.eaf"),
                   reading())  # fmt: skip
    assert len(found) == 1 and message in found[0]


def test_comments_that_xml_cannot_carry_are_refused(tmp_path, reading):
    own = reading()
    with pytest.raises(ValueError, match="annotator anna, clip salto_1, frame 0: the comment"):
        segment = LabelledSegment("salto_1", "anna", 0, 9, "idle", "a\x07b")
        elan.write(tmp_path / "a.eaf", [segment], own.clocks["salto_1"])
    assert not (tmp_path / "a.eaf").exists()


# --- one row per frame ------------------------------------------------------------------------

NAMES = ["idle"] * 2 + ["take-off"] * 2 + ["skill"] * 3 + ["landing"] * 3


def per_frame(names=NAMES, column="anna") -> str:
    rows = [f"salto_1,{i},{i / FPS},{name}" for i, name in enumerate(names)]
    return "\n".join([f"clip,frame,time,{column}", *rows])


def test_a_plain_table_of_frames_in_any_order(put, reading):
    head, *rows = per_frame().splitlines()
    rows = list(np.random.default_rng(0).permutation(rows))
    own = reading()
    frames.read(put("\n".join([head, *rows, ""]), "a.csv"), own)
    assert shown(own.complete()) == SEGMENTS and not own.faults


@pytest.mark.parametrize("mark, encoding", [(";", "utf-8-sig"), ("\t", "utf-16")])
def test_a_table_of_frames_that_a_spreadsheet_saved(tmp_path, reading, mark, encoding):
    (tmp_path / "a.csv").write_bytes(per_frame().replace(",", mark).encode(encoding))
    own = reading()
    frames.read(tmp_path / "a.csv", own)
    assert shown(own.complete()) == SEGMENTS and not own.faults


def test_a_lone_label_column_belongs_to_whom_the_caller_names(put, reading):
    own = reading(annotator="anna")
    frames.read(put(per_frame(column="label"), "a.csv"), own)
    assert shown(own.complete()) == SEGMENTS and not own.faults


@pytest.mark.parametrize(
    "old, new, message",
    [
        ("salto_1,3,0.12,take-off", "salto_1,3,0.12,hop", "row 5: annotator anna: unknown label"),
        ("salto_1,3,", "salto_1,11,", "row 5: clip salto_1: frame must be a whole number from 0"),
        ("salto_1,3,", "salto_1,x,", "from 0 to 9, found 'x'"),
        ("salto_1,3,", "salto_1,2,", "row 5: clip salto_1: frame 2 stands in row 4 already"),
        ("salto_1,3,", "salto_9,3,", "row 5: no clip of clips.csv is named by 'salto_9'"),
        ("0.12,take-off", "0.12,", "clip salto_1: frame 3 has no label (gap)"),
        ("0.12,take-off", "0.12,\ufffd", "row 5: clip salto_1: letters that are not UTF-8"),
        ("clip,frame", "clip,bild", "expected columns clip, frame and one per annotator, found"),
        ("time,anna", "anna,anna", "two columns have the same name: anna"),
        ("anna", "an na", "annotator 'an na' cannot be a file name"),
    ],
)
def test_per_frame_faults(put, reading, old, new, message):
    found = faults(frames.read, put(per_frame().replace(old, new), "a.csv"), reading())
    assert message in found[0] and found[0].startswith("a.csv")


def test_all_faults_come_at_once():
    own = Reading({"a": clock.even("a", 3, 25)})
    own.fault("f.tsv", 2, "first")
    own.fault("f.tsv", 9, "second")
    assert str(AnnotationError(own.faults)).startswith("2 faults in the annotations:\n- f.tsv, row")
