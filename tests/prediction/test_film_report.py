"""The page about a film: its sentence and numbers on paper, its names escaped, nothing loaded."""

import numpy as np
import pandas as pd
import pytest
from footage import filmed_dataset
from jupyterlab import page
from site_check import Page, faults

from gymlib.dataset.schemas import PROBABILITIES
from gymlib.formats import clock
from gymlib.formats.clock import Clock
from gymlib.kinematics import Measurement, measure_dataset
from gymlib.labels import IDLE, LANDING, SKILL, TAKEOFF, UNLABELED_CODE, decode
from gymlib.plots.progress import SHOWN
from gymlib.prediction import film_report
from gymlib.prediction.film_report import findings, measured
from gymlib.prediction.film_report.chart import Bar, chart
from gymlib.prediction.film_report.findings import Scale

TENTHS = Scale.of(clock.even("clip", 10, 10))
ONCE = np.repeat([IDLE, TAKEOFF, SKILL, LANDING, IDLE], 2).astype(np.int8)


def sure(codes, probability=0.7):
    """Probabilities of which the label has one, and the others the rest."""
    found = np.full((len(codes), 4), (1 - probability) / 3)
    found[np.arange(len(codes)), np.clip(codes, 0, None)] = probability
    return found


def told(codes, scale=TENTHS):
    codes = np.array(codes, np.int8)
    return findings.sentence(findings.found(codes, sure(codes), scale), scale)


def test_slow_motion_stands_among_the_measurements():
    row = {"steps": Measurement(1, 0, 2, "steps"), "pace": Measurement(2.04, 1.8, np.inf, "times")}
    assert [line[:4] for line in measured.lines(row)] == [
        ("steps after landing", "1", "0 to 2", "steps"),
        ("slower than life (taken out)", "2.0", "1.8 to ?", "times"),
    ]


# --- what is said -----------------------------------------------------------------------------


def test_one_attempt():
    assert told(ONCE) == (
        "One attempt: take-off 0.20 s to 0.40 s, skill 0.40 s to 0.60 s, landing 0.60 s to 0.80 s."
    )


def test_several_attempts():
    """A second take-off begins another attempt, also right after a skill."""
    two = [TAKEOFF, SKILL, TAKEOFF, SKILL, LANDING, IDLE, IDLE, IDLE, IDLE, IDLE]
    assert told(two) == "2 attempts: 0.00 s to 0.20 s and 0.20 s to 0.50 s."
    assert told([TAKEOFF, SKILL] * 5) == (
        "5 attempts, the first 0.00 s to 0.20 s, the last 0.80 s to 1.00 s."
    )


def test_no_attempt():
    assert told([IDLE] * 10) == "No attempt: all 10 frames are labelled idle."
    nothing = "Nothing was labelled: no pose was found in any frame."
    assert told([UNLABELED_CODE] * 10) == nothing


def test_frames_are_counted_where_their_times_are_unknown():
    assert told(ONCE, Scale.of(Clock("clip", 10, None))) == (
        "One attempt: take-off frames 2 to 3, skill frames 4 to 5, landing frames 6 to 7."
    )


def test_how_sure_a_segment_is():
    """The mean probability of its own label, of frames that were answered."""
    probabilities = sure(ONCE)
    probabilities[4, SKILL], probabilities[6:8] = 0.3, np.nan
    rows = findings.found(ONCE, probabilities, TENTHS)
    assert [row.label for row in rows] == ["idle", "take-off", "skill", "landing", "idle"]
    np.testing.assert_allclose([row.confidence for row in rows], [0.7, 0.7, 0.5, np.nan, 0.7])
    assert rows[2][1:3] == (4, 5) and rows[2].frames == 2
    assert rows[2][3:5] == pytest.approx((0.4, 0.6))


def test_what_is_said_of_the_pose():
    seen = np.ones(10, bool)
    assert findings.pose_sentences(seen, TENTHS) == [
        "A pose was found in every one of the 10 frames."
    ]
    seen[[1, 5, 6]] = False
    assert findings.pose_sentences(seen, TENTHS) == [
        "A pose was found in 7 of 10 frames (70%); the longest gap is 0.50 s to 0.70 s.",
        "Labels in a gap rest on the frames around it.",
    ]
    assert len(findings.pose_sentences(~np.ones(10, bool), TENTHS)) == 1


# --- what is drawn ----------------------------------------------------------------------------


def test_everything_stands_in_percent_of_the_time():
    """Four frames of uneven length: 0, 0.1, 0.3 and 0.5 s, to 0.7 s."""
    scale = Scale.of(clock.stamped("clip", np.array([0, 0.1, 0.3, 0.5]), 5.0))
    codes, seen = np.array([0, 2, 2, -1], np.int8), np.array([True, True, False, True])
    probabilities = np.array([[0.75, 0, 0, 0], [0, 0, 1, 0], [np.nan] * 4, [np.nan] * 4])
    drawn = chart({"people": codes, "model": codes}, {"model": probabilities}, seen, scale)
    bars = [Bar(0, 14.286, "idle"), Bar(14.286, 57.143, "skill")]
    assert [row.bars for row in drawn.rows] == [bars, bars]
    assert drawn.gaps == [Bar(42.857, 28.571)]
    assert [tick.text for tick in drawn.ticks][:3] == ["0 s", "0.1 s", "0.2 s"]
    assert drawn.ticks[1].left == pytest.approx(100 / 7, abs=0.001)
    people, model = drawn.rows
    assert not people.curve
    assert model.curve == [
        ("idle", "M0.0 100V25.0H142.9V100Z"),
        ("skill", "M142.9 100V0.0H428.6V100.0H714.3V100Z"),
    ]


# --- the page ---------------------------------------------------------------------------------


@pytest.fixture
def data(home):
    return filmed_dataset(home)


def answers(clip, codes):
    columns = {"clip": clip, "frame": np.arange(len(codes)), "answer": decode(codes)}
    return pd.DataFrame(columns | dict(zip(PROBABILITIES, sure(codes).T)))


FORTY = np.repeat(ONCE, 4)


def write(data, clip="clip_00", said=None, **options):
    said = {"model": answers(clip, FORTY)} if said is None else said
    times = clock.even("clip", 40, 25)
    files = {"film": data.folder / "film of it.mp4"} | options
    path = data.home / "report" / "page.html"
    return film_report.write(path, data, clip, said, times, dict.fromkeys(said, "Taught."), files)


@pytest.mark.slow
def test_a_page_is_one_file_without_scripts(data):
    (data.folder / "film of it.mp4").touch()
    found = write(data)
    text = found.path.read_text("utf-8")
    assert faults(found.path.parent) == []
    assert len(text) < 1.5e6 and "http:" not in text and "https:" not in text
    page = Page(found.path)
    assert {tag for tag, _ in page.tags}.isdisjoint({"script", "iframe", "link", "object"})
    assert all(source.startswith("data:image/") for source in page.loads)
    kinds = [own["src"].split(";")[0].removeprefix("data:image/") for own in page.pictures]
    assert kinds == ["jpeg"] * 2 * 5 + ["png"], "two frames of every segment, how one attempt moves"
    assert page.captions[:2] == ["first frame, 0", "middle, 3"]
    assert found.sentence in text and "0.32 s" in text and "70%" in text
    missing = [not own for own in data.clip("clip_00").detected[[0, 3, 8, 11, 16, 19, 24, 27]]]
    assert [", no pose found" in own["alt"] for own in page.pictures[:8]] == missing
    assert list(found.path.parent.iterdir()) == [found.path]
    assert page.links == ["../data/tiny/film%20of%20it.mp4"]


@pytest.mark.slow
def test_on_a_phone_nothing_is_pushed_sideways(data):
    """Tables stay within a screen of 360 pixels: measurements are blocks there, rows elsewhere."""
    found = write(data)
    with page(width=360, height=800) as view:
        view.goto(found.path.as_uri())
        wider = "(node) => node.scrollWidth - node.clientWidth"
        boxes = view.locator("html, .wide").all()
        assert len(boxes) > 2 and [box.evaluate(wider) for box in boxes] == [0] * len(boxes)
        row = view.locator(".blocks tbody tr").first
        value, interval = (row.locator(f".{name}") for name in ("value", "interval"))
        assert row.evaluate("(node) => getComputedStyle(node).display") == "flex"
        assert value.bounding_box()["y"] == interval.bounding_box()["y"]
        view.set_viewport_size({"width": 1200, "height": 800})
        assert row.evaluate("(node) => getComputedStyle(node).display") == "table-row"


@pytest.mark.slow
def test_further_notes_stand_with_what_to_trust(data):
    path, clip = data.home / "page.html", "clip_00"
    said, times = {"model": answers(clip, FORTY)}, clock.even("clip", 40, 25)
    film_report.write(path, data, clip, said, times, {"model": "Taught."}, {}, ["Two <people>."])
    assert "Two &lt;people&gt;." in path.read_text("utf-8")


@pytest.mark.slow
def test_a_film_without_any_pose_says_so(data):
    nobody = data.keypoints.assign(detected=False)
    data.write(nobody, "keypoints.parquet")
    found = write(data, said={"model": answers("clip_01", FORTY)})
    assert found.sentence == "Nothing was labelled: no pose was found in any frame."
    text = found.path.read_text("utf-8")
    assert text.count('class="badge">no pose found') == 2
    assert "A pose was found in 0 of 40 frames (0%)" in text


@pytest.mark.slow
def test_what_people_say_stands_above_what_a_model_says(data):
    text = write(data).path.read_text("utf-8")
    agree = np.mean(data.clip("clip_00").labels[1:] == FORTY[1:])  # frame 0 is a tie
    assert f"People have labelled 39 frames; {agree:.0%} of their labels are the same." in text
    assert text.index(">people</p>") < text.index(">model</p>")


@pytest.mark.slow
def test_without_a_film_the_skeletons_stand_alone(data):
    page = Page(write(data, "clip_01").path)
    assert len(page.pictures) == 10 + 1 and page.captions[0] == "first frame, 0"


@pytest.mark.slow
def test_only_the_first_of_many_segments_have_pictures(data, monkeypatch):
    monkeypatch.setattr(film_report.page, "SHOWN", 2)
    monkeypatch.setattr(film_report.page, "MEASURED", 1)
    found = write(data, said={"model": answers("clip_00", np.tile([1, 2], 20).astype(np.int8))})
    text = found.path.read_text("utf-8")
    assert len(Page(found.path).pictures) == 2 + 1
    assert "The first 2 segments; 38 more are in the table" in text
    segments = text[text.index("<h2>Segments") : text.index("<h2>Measurements")]
    assert segments.count("<tr>") == 41
    assert found.sentence.startswith("20 attempts, the first 0.00 s to 0.08 s")


# --- measurements over the attempts -----------------------------------------------------------


@pytest.mark.slow
def test_the_list_shows_how_measurements_go_from_three_attempts_on(data):
    found, table = write(data), measure_dataset(data)
    attempts = pd.concat([table] * 3, ignore_index=True)
    for number, shown in ((2, False), (3, True)):
        index = film_report.write_index(data.home / "index.html", [found], attempts[:number])
        assert ("<h2>Over the attempts" in index.read_text("utf-8")) is shown
        assert [own["src"].split(";")[0] for own in Page(index).pictures][1:] == (
            ["data:image/png"] if shown else []
        )
    said = answers("clip_00", FORTY)
    film_report.write_overview(data.home / "index.html", data, said, [found], attempts)
    assert "<h2>Over the attempts" in (data.home / "index.html").read_text("utf-8")
    nothing = attempts.assign(**dict.fromkeys(SHOWN, np.nan))
    index = film_report.write_index(data.home / "index.html", [found], nothing)
    assert "<h2>Over the attempts" not in index.read_text("utf-8")
