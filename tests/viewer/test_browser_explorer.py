"""Explorer and review queue in JupyterLab, driven by Chromium."""

import numpy as np
import pandas as pd
import pytest
from jupyterlab import OPEN, chromium, open_and_run, page, server, wait_for, write_notebook
from tiny_dataset import make_dataset, make_results
from widget_page import WidgetPage

from gymlib.annotation.review.queue import rank_doubts
from gymlib.dataset import Dataset
from gymlib.evaluation import errors
from gymlib.files.tables import write_table
from gymlib.viewer import Reviewer

pytestmark = pytest.mark.slow(seconds=28)

FIRST, SECOND = "LSTM, ensemble", "CNN, ensemble"
QUEUE = (
    "from gymlib.annotation.review.queue import rank_doubts\n"
    "queue = rank_doubts(data.labels, data.annotators)"
)


@pytest.fixture(scope="module", autouse=True)
def browser():
    chromium()


def place(view) -> tuple[str, int]:
    """Clip and frame that are on the screen."""
    readout = view.locator(".gym-readout").text_content()
    return view.locator("select[aria-label=clip]").input_value(), int(readout.split()[1])


def entries(view) -> list[list[str]]:
    """Clip, frames and number of frames of every entry of the list."""
    return view.evaluate(
        "[...document.querySelectorAll('.gym-list li')]"
        ".map((entry) => [...entry.children].map((part) => part.textContent))"
    )


def choose_at_once(view, number: int) -> None:
    """Click an entry; it is marked before the kernel answers, for what is pressed next."""
    assert view.evaluate(
        "(n) => { const entry = document.querySelectorAll('.gym-list li')[n];"
        # the press of the mouse brings the keyboard to the widget, as a reader's does
        " entry.dispatchEvent(new PointerEvent('pointerdown', { bubbles: true }));"
        " entry.click(); return entry.matches('.gym-chosen'); }",
        number,
    )
    assert view.evaluate("document.activeElement.matches('.gym-viewer')")


def frames_of(entry: list[str]) -> set[tuple[str, int]]:
    first, _, last = entry[1].partition("–")
    return {(entry[0], frame) for frame in range(int(first), int(last or first) + 1)}


def test_a_cell_of_the_matrix_and_two_models(home, notebooks):
    """A cell lists its frames and goes there; N finds where two models differ."""
    name = make_dataset(home, clips=4, frames=30, processed=True)
    models = errors.of_models(make_results(home, name))
    first, second = models[FIRST], models[SECOND]
    wrong = first[first["label"] != first["true"]]
    (true, said), frames = max(wrong.groupby(["true", "label"]), key=lambda cell: len(cell[1]))
    expected = set(zip(frames["clip"], frames["frame"]))
    tested = set(zip(first["clip"], first["frame"]))
    write_notebook(notebooks / "07.ipynb", OPEN.format(name), "viewer.explore(data)")
    with server(notebooks) as address, page() as view:
        problems = []
        view.on("pageerror", lambda error: problems.append(str(error)))
        open_and_run(view, address, "07.ipynb")
        cell = view.locator(f".gym-matrix [data-truth='{true}'][data-said='{said}']")
        assert cell.locator("small").text_content() == str(len(expected))
        cell.click()
        view.locator(".gym-matrix .gym-chosen").wait_for()
        listed = entries(view)
        assert set.union(*map(frames_of, listed)) & tested == expected
        assert f"{true} taken for {said}: {len(expected)} frames" in (
            view.locator(".gym-tools .gym-title").text_content()
        )
        wait_for(view, listed[0][0], listed[0][1].split("–")[0])
        assert place(view) in expected
        view.locator(".gym-list li").last.click()
        wait_for(view, listed[-1][0], listed[-1][1].split("–")[0])
        assert view.locator(".gym-answer").text_content() == f"{FIRST}: {said}"
        assert view.locator(".gym-chip").first.text_content() == true

        choose_at_once(view, 0)
        view.get_by_label("play these places one after the other").click()
        view.wait_for_function(
            "document.querySelector('.gym-list li:nth-child(2)').matches('.gym-chosen')"
        )
        view.keyboard.press(" ")

        view.locator("select[data-what=other]").select_option(SECOND)
        view.get_by_text(f"{FIRST} and {SECOND} differ in").wait_for()
        assert view.locator(".gym-panel").count() == 2 + 3  # probabilities, movement
        both = first.merge(second, on=["clip", "frame"])
        apart = both[both["label_x"] != both["label_y"]]
        differ = set(zip(apart["clip"], apart["frame"]))
        view.locator(".gym-stage").click()
        for key in ("n", "n", "Shift+N"):
            before = view.locator(".gym-readout").text_content()
            view.keyboard.press(key)
            view.wait_for_function(
                "(text) => document.querySelector('.gym-readout').textContent !== text", arg=before
            )
            assert place(view) in differ
        assert problems == []


def test_a_case_opens_in_the_labeller(home, notebooks):
    """Choosing a case shows its frame; labels change its mark and the agreement."""
    data = Dataset(make_dataset(home, clips=4, frames=30, processed=True), home)
    blurred = data.annotation("B")  # so that the queue has something to show
    table = pd.read_csv(blurred)
    table.loc[table["clip"] == "clip_02", "label"] = "idle"
    write_table(blurred, table)
    (data.folder / "labels.parquet").unlink()
    write_notebook(
        notebooks / "01.ipynb",
        OPEN.format("tiny") + "\nfrom gymlib.annotation import reading\nreading.make(data);",
        QUEUE,
        'viewer.review(data, "C", queue)',
    )
    with server(notebooks) as address, page() as view:
        problems = []
        view.on("pageerror", lambda error: problems.append(str(error)))
        open_and_run(view, address, "01.ipynb")
        view.locator("canvas[data-frame]").wait_for()
        queue = rank_doubts(data.labels, list("ABC"))
        number = int(np.flatnonzero((queue["clip"] == "clip_02") & (queue["frames"] > 3))[0])
        case = queue.iloc[number]
        entry = view.locator(".gym-list li").nth(number)
        choose_at_once(view, number)
        wait_for(view, case["clip"], case["start"])
        assert view.locator(".gym-detail").text_content() == case["detail"]
        assert entry.locator("b").text_content() == "○"
        mark = view.locator(".gym-mark").bounding_box()["width"]
        bars = view.locator(".gym-bars").bounding_box()["width"]
        assert mark == pytest.approx(bars * case["frames"] / 30, abs=2)

        measured = view.locator(".gym-agreement")
        before = measured.text_content()
        view.keyboard.press("x")
        view.locator(".gym-said.gym-saved").wait_for()
        view.wait_for_function(
            "(text) => document.querySelector('.gym-agreement').textContent !== text", arg=before
        )
        view.keyboard.press("u")
        view.wait_for_function(
            "(text) => document.querySelector('.gym-agreement').textContent === text", arg=before
        )
        view.keyboard.press("c")
        view.wait_for_function(
            "(n) => document.querySelectorAll('.gym-list li')[n].matches('.gym-done')", arg=number
        )
        view.keyboard.press("Enter")
        view.wait_for_function(
            "(n) => !document.querySelectorAll('.gym-list li')[n].matches('.gym-chosen')",
            arg=number,
        )
        assert problems == []


def test_the_list_of_cases_by_keyboard(home):
    data = Dataset(make_dataset(home, clips=4, frames=30, processed=True), home)
    with page() as view:
        shown = WidgetPage(view, Reviewer(data, "me", draft=True))
        cases = view.get_by_role("listbox", name="cases")
        assert cases.get_by_role("option", selected=True).count() == 1
        before = cases.get_by_role("option", selected=True).text_content()
        cases.focus()
        view.keyboard.press("ArrowDown")
        shown.settle()
        chosen = cases.get_by_role("option", selected=True)
        assert chosen.text_content() != before
        assert chosen.get_attribute("id") == cases.get_attribute("aria-activedescendant")
        clip = view.locator("select[aria-label=clip]").input_value()
        assert chosen.text_content().removeprefix("○").startswith(clip)
        view.keyboard.press("c")
        shown.settle()
        assert chosen.text_content().startswith("✓"), "other keys are the viewer's"
