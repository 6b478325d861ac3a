"""The labeller in JupyterLab, driven by Chromium: notebook 01, keys, mouse, reload, files."""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from jupyterlab import chromium, open_and_run, page, server
from tiny_dataset import FPS, HEIGHT, WIDTH, make_dataset
from widget_page import WidgetPage

from gymlib import skeleton, video
from gymlib.dataset import Dataset
from gymlib.files import paths
from gymlib.labels import KINDS
from gymlib.plots import overlay
from gymlib.viewer import Labeller

pytestmark = pytest.mark.slow(seconds=85)

FRAMES = 40
VIEWER = ".gym-viewer"
LABELLER = ".gym-labeller:not(.gym-review)"  # notebook 01 also shows the review


@pytest.fixture(scope="module", autouse=True)
def browser():
    chromium()


def film(data: Dataset) -> None:
    """Give the clips of a tiny data set videos of what their keypoints show."""
    clips = data.clips
    floor = np.linspace(60, 200, HEIGHT).astype(np.uint8)[:, None, None]
    empty = np.broadcast_to(floor, (HEIGHT, WIDTH, 3)).copy()
    clips["path"] = [f"videos/{clip.video}/{clip.clip}.mp4" for clip in clips.itertuples()]
    for clip in clips.itertuples():
        pixels = skeleton.to_pixels(data.clip(clip.clip).keypoints, WIDTH, HEIGHT)
        pictures = (overlay.draw_skeleton(empty, body, "#222222") for body in pixels)
        video.write_video(data.folder / clip.path, pictures, FPS)
    data.write(clips, "clips.csv")


def runs(file: Path, clip: str) -> list[tuple[int, int, str]]:
    table = pd.read_csv(file)
    own = table[table["clip"] == clip]
    return list(zip(own["start"], own["end"], own["label"]))


def shown_frame(labeller) -> int:
    return int(labeller.locator(".gym-readout").text_content().split()[1])


def comments(file: Path, clip: str) -> list[str]:
    table = pd.read_csv(file, keep_default_na=False)
    return table.loc[table["clip"] == clip, "comment"].tolist()


def wait_until_saved(view) -> None:
    view.locator(f"{LABELLER} .gym-said.gym-saved").wait_for()


def shown(view) -> list[list[int]]:
    """First and last frame of each run of the annotator's own bar."""
    return view.evaluate(
        f"[...document.querySelectorAll('{LABELLER} .gym-bar.gym-own .gym-segment')]"
        ".map((run) => [Number(run.dataset.start), Number(run.dataset.end)])"
    )


def drag_border(view, border: int, to: int, frames: int) -> None:
    bar = view.locator(f"{LABELLER} .gym-bar.gym-own")
    bar.scroll_into_view_if_needed()
    box = bar.bounding_box()
    height = box["y"] + box["height"] / 2
    view.mouse.move(box["x"] + box["width"] * border / frames, height)
    view.mouse.down()
    for share in (0.5, 1):
        at = border + share * (to - border)
        view.mouse.move(box["x"] + box["width"] * at / frames, height)
    view.mouse.up()


def test_labelling_in_notebook_01(home, notebooks):
    """Twenty frames by keyboard, a border dragged, undone, the page loaded anew."""
    film(Dataset(make_dataset(home, clips=3, frames=FRAMES, name="simulated"), home))
    shutil.copy(paths.NOTEBOOKS / "01_annotation_review.ipynb", notebooks / "01.ipynb")
    draft = home / "data" / "simulated" / "drafts" / "me.csv"
    votes = {file: file.read_bytes() for file in (home / "data").rglob("annotations/*.csv")}
    with server(notebooks) as address, page() as view:
        problems = []
        view.on("pageerror", lambda error: problems.append(str(error)))
        open_and_run(view, address, "01.ipynb")
        labeller = view.locator(LABELLER)
        labeller.locator("canvas[data-frame]").wait_for()
        labeller.scroll_into_view_if_needed()
        assert labeller.locator(".gym-names div").all_text_contents() == ["me"], "blind at first"
        cells = view.locator(".jp-Notebook .jp-Cell").count()
        labeller.locator(".gym-stage").click()
        for key, steps in {"i": 8, "t": 6, "s": 5}.items():
            view.keyboard.press(key)
            for _ in range(steps):
                view.keyboard.press("ArrowRight")
        view.keyboard.press("l")
        wait_until_saved(view)
        expected = [(0, 7, "idle"), (8, 13, "take-off"), (14, 18, "skill"), (19, 19, "landing")]
        assert runs(draft, "clip_00") == expected
        assert shown(view) == [[0, 7], [8, 13], [14, 18], [19, 19], [20, 39]]

        drag_border(view, 14, 11, FRAMES)
        wait_until_saved(view)
        assert runs(draft, "clip_00")[1:3] == [(8, 10, "take-off"), (11, 18, "skill")]
        view.keyboard.press("u")
        wait_until_saved(view)
        assert runs(draft, "clip_00") == expected
        view.keyboard.press("Shift+U")
        wait_until_saved(view)
        assert runs(draft, "clip_00")[2] == (11, 18, "skill")
        view.keyboard.press("Control+z")
        wait_until_saved(view)
        assert runs(draft, "clip_00") == expected
        view.keyboard.press("Control+Shift+Z")
        view.keyboard.press("u")
        wait_until_saved(view)
        assert runs(draft, "clip_00") == expected

        comment = labeller.get_by_label("comment")
        view.keyboard.press("e")
        view.keyboard.type('slips, "just" dd')  # i, s, l, t, u, x and dd are keys outside
        view.keyboard.press("Enter")
        wait_until_saved(view)
        assert comments(draft, "clip_00") == ["", "", 'slips, "just" dd', ""]
        assert runs(draft, "clip_00") == expected
        view.keyboard.press("Home")
        assert comment.input_value() == ""
        comment.fill("waits")
        drag_border(view, 14, 13, FRAMES)  # what was written is of frame 0 all the same
        wait_until_saved(view)
        assert comments(draft, "clip_00") == ["waits", "", 'slips, "just" dd', ""]
        view.keyboard.press("u")
        wait_until_saved(view)
        comment.press("x")
        comment.press("Escape")
        assert comment.input_value() == 'slips, "just" dd'
        for key in "]][[":
            assert comment.is_enabled() == (shown_frame(labeller) < 20), "no label, no comment"
            view.keyboard.press(key)
        assert runs(draft, "clip_00") == expected

        for key, frame in {"[": 8, "]": 14, "Shift+ArrowRight": 24, "Home": 0}.items():
            view.keyboard.press(key)
            assert f"frame {frame} of" in labeller.locator(".gym-readout").text_content(), key
        view.keyboard.press("]")
        view.keyboard.press(" ")
        view.wait_for_function(
            f"Number(document.querySelector('{LABELLER} canvas').dataset.frame) >= 30"
        )
        view.keyboard.press(" ")
        view.keyboard.press("b")
        names = labeller.locator(".gym-names")
        names.get_by_text("majority").wait_for()
        assert names.locator("div").all_text_contents() == ["me", "A", "B", "C", "majority"]

        for key in ("d", "d", "m", "x"):  # JupyterLab's own: delete, to Markdown
            view.keyboard.press(key)
        view.keyboard.press("u")
        wait_until_saved(view)
        assert view.locator(".jp-Notebook .jp-Cell").count() == cells, "keys stay in the labeller"
        kept = runs(draft, "clip_00")
        view.keyboard.press("Control+s")
        view.wait_for_timeout(1000)
        assert "widget-view" in (notebooks / "01.ipynb").read_text(), "Ctrl+S does not"

        view.reload()
        open_and_run(view, address, "01.ipynb")
        view.wait_for_function(
            "([bar, n]) => document.querySelectorAll(`${bar} .gym-segment`).length === n",
            arg=[f"{LABELLER} .gym-bar.gym-own", len(kept) + 1],
        )
        view.locator(f"{LABELLER} select[aria-label=clip]").wait_for()
        assert view.locator(f"{LABELLER} select[aria-label=clip]").input_value() == "clip_00"
        assert shown(view)[: len(kept)] == [[start, end] for start, end, _ in kept]
        assert runs(draft, "clip_00") == kept
        assert problems == []
    assert {file: file.read_bytes() for file in votes} == votes


def test_a_long_clip_by_keyboard_and_for_a_screen_reader(home):
    """Closer, to a frame, a segment again and again, one adopted, a button by Enter."""
    data = Dataset(make_dataset(home, clips=1, frames=FRAMES), home)
    said = pd.DataFrame({"clip": "clip_00", "frame": range(FRAMES)})
    said["label"] = ["idle"] * 10 + ["take-off"] * 10 + ["skill"] * 20
    with page() as view:
        shown = WidgetPage(
            view, Labeller(data, "me", None, {"lstm": said}, draft=True, blind=False)
        )
        slider = view.get_by_role("slider", name="frame")
        view.locator(".gym-stage").click()
        view.keyboard.press("g")
        view.keyboard.type("15")
        view.keyboard.press("Enter")
        assert slider.get_attribute("aria-valuetext") == "frame 15, no label yet"
        view.keyboard.press("a")
        shown.settle()
        assert slider.get_attribute("aria-valuetext") == "frame 15, take-off"
        told = view.get_by_role("img", name="me: no label yet 0 to 9, take-off 10 to 19")
        assert told.count() == 1

        bar, window = view.locator(".gym-bar.gym-own"), view.locator(".gym-timeline .gym-window")
        wide = bar.bounding_box()["width"]
        view.keyboard.press("z")
        assert bar.bounding_box()["width"] == pytest.approx(4 * wide, rel=0.01)
        for frame in (0, 39, 20):
            view.evaluate("document.querySelector('.gym-viewer').focus()")
            view.keyboard.press("g")
            view.keyboard.type(str(frame))
            view.keyboard.press("Enter")
            line, seen = view.locator(".gym-tracks .gym-line").bounding_box(), window.bounding_box()
            assert seen["x"] - 2 <= line["x"] <= seen["x"] + seen["width"] + 2, frame
        wide_page = "document.documentElement.scrollWidth <= window.innerWidth"
        assert view.evaluate(wide_page), "what is beyond the window does not widen the page"
        view.keyboard.press("Shift+Z")
        assert bar.bounding_box()["width"] == pytest.approx(wide, rel=0.01)

        view.keyboard.press("g")
        view.keyboard.type("12")
        view.keyboard.press("Enter")
        view.evaluate(
            "window.seen = new Set(); window.back = 0; let last = 0;"
            "new MutationObserver(() => {"
            "  const now = Number(document.querySelector('canvas').dataset.frame);"
            "  window.seen.add(now); window.back += now < last; last = now;"
            "}).observe(document.querySelector('canvas'), { attributes: true })"
        )
        view.keyboard.press("r")
        view.wait_for_function("window.back >= 2")
        view.keyboard.press("r")
        seen = view.evaluate("[...window.seen]")
        assert min(seen) == 10 and max(seen) == 19
        shown.settle()
        assert runs(data.annotation("me", draft=True), "clip_00") == [(10, 19, "take-off")]

        for _ in range(30):
            view.keyboard.press("Tab")
            if view.evaluate("document.activeElement.textContent") == "Hand in":
                break
        else:
            raise AssertionError("Tab does not reach the button")
        undo = view.get_by_role("button", name="undo the last change")
        undo.focus()
        view.keyboard.press("Enter")
        shown.settle()
        assert view.locator(".gym-own .gym-segment").count() == 1, "the button, not the next clip"
        small = view.evaluate(
            "[...document.querySelectorAll('.gym-viewer *')].filter((node) => "
            "node.textContent && parseFloat(getComputedStyle(node).fontSize) < 12).length"
        )
        assert small == 0, "letters of twelve pixels and more"


def test_a_kind_is_chosen_for_the_segment_shown(home):
    """By keyboard and as a mouse does; it moves with its borders, and is undone."""
    data = Dataset(make_dataset(home, clips=1, frames=FRAMES), home)

    def rows() -> list[tuple]:
        table = pd.read_csv(data.annotation("me", draft=True), keep_default_na=False)
        return list(table.drop(columns=["clip", "comment"]).itertuples(index=False, name=None))

    with page() as view:
        shown = WidgetPage(view, Labeller(data, "me", draft=True))
        kind = view.get_by_role("combobox", name="kind of this segment")
        assert kind.is_disabled(), "no label, no kind"
        view.locator(".gym-stage").click()
        for key, steps in {"i": 8, "t": 6, "s": 5}.items():
            view.keyboard.press(key)
            for _ in range(steps):
                view.keyboard.press("ArrowRight")
        shown.settle()
        assert kind.locator("option").all_text_contents() == ["–", *KINDS["skill"]]
        kind.select_option("back somersault")
        shown.settle()
        view.locator(".gym-stage").click()
        view.keyboard.press("Home")
        view.keyboard.press("n")
        view.keyboard.press("w")  # the select box looks for a word that begins so
        shown.settle()
        expected = [(0, 7, "idle", "walking"), (8, 13, "take-off", "")]
        expected += [(14, 19, "skill", "back somersault")]
        assert rows() == expected
        view.keyboard.press("Enter")
        view.keyboard.press("]")
        assert kind.is_disabled(), "a take-off has no kinds"
        bar = view.locator(".gym-bar.gym-own .gym-segment").all_text_contents()
        assert bar[:3] == ["walking", "take-off", "back somersault"]
        drag_border(view, 8, 5, FRAMES)
        shown.settle()
        assert rows()[0] == (0, 4, "idle", "walking")
        view.keyboard.press("u")
        view.keyboard.press("u")
        shown.settle()
        assert rows()[0] == (0, 7, "idle", "")
        assert rows()[2] == expected[2]
