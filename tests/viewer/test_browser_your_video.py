"""Notebook 09 in JupyterLab, driven by Chromium: a film dropped, labelled, corrected, handed in."""

import base64
import os
import shutil
from pathlib import Path

import pandas as pd
import pytest
from footage import film
from jupyterlab import chromium, open_and_run, page, server, write_notebook
from simulated_film import gymnast
from tiny_dataset import make_dataset

from gymlib import pose
from gymlib.dataset import Dataset
from gymlib.files import paths
from gymlib.labels import CLASSES

pytestmark = pytest.mark.slow(seconds=65)

LABELLER = ".gym-labeller"
OWN = f"{LABELLER} .gym-bar.gym-own .gym-segment"

DROP = """async ([name, content]) => {
  const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([bytes], name, { type: "video/mp4" }));
  const zone = document.querySelector(".gym-drop");
  for (const type of ["dragenter", "dragover", "drop"])
    zone.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
}"""


@pytest.fixture(autouse=True)
def browser():
    chromium()


@pytest.fixture
def salto(home) -> Path:
    """A film of a few seconds: of a real gymnast where there is one, or else of a simulated one."""
    film, real = home / "mine" / "Salto 1.mp4", os.environ.get("GYMLIB_REAL_DATA")
    if not real:
        return gymnast(film)
    film.parent.mkdir()
    return shutil.copyfile(Path(real) / "real_video" / "front_punch.mp4", film)


def segments(view) -> list[tuple[int, int]]:
    """First and last frame of each segment of the annotator's own bar."""
    found = view.evaluate(
        f"[...document.querySelectorAll('{OWN}')]"
        ".map((own) => [Number(own.dataset.start), Number(own.dataset.end)])"
    )
    return [tuple(own) for own in found]


def run_from(view, source: str) -> None:
    """Select the cell that begins with ``source``, and run it and all below."""
    view.locator(".jp-CodeCell", has_text=source).first.locator(".jp-InputPrompt").first.click()
    view.get_by_role("menuitem", name="Run", exact=True).click()
    view.locator('[data-command="notebook:run-all-below"]').click()


def test_a_film_of_ones_own(home, notebooks, salto):
    """Dropped, labelled, one border corrected by key, handed in: the annotations are there."""
    make_dataset(home, clips=2, name="simulated")
    shutil.copy(paths.NOTEBOOKS / "09_your_video.ipynb", notebooks / "09.ipynb")
    data = Dataset("Salto_1", home)
    with server(notebooks) as address, page() as view:
        problems = []
        view.on("pageerror", lambda error: problems.append(str(error)))
        open_and_run(view, address, "09.ipynb")
        view.locator(LABELLER).wait_for()
        view.wait_for_function(f"document.querySelector('{LABELLER} select').value === 'clip_00'")
        assert not (home / "data" / "simulated" / "drafts").exists(), "a look leaves no labels"

        content = base64.b64encode(salto.read_bytes()).decode()
        view.evaluate(DROP, ["Salto 1.mp4", content])
        drop = view.locator(".gym-viewer", has=view.locator(".gym-drop"))
        drop.locator(".gym-saved").wait_for()
        assert "Salto_1.mp4 is here" in drop.text_content()

        run_from(view, "mine = FILM or")
        view.wait_for_function(f"document.querySelector('{LABELLER} select')?.value === 'Salto_1'")
        view.wait_for_function(f"document.querySelectorAll('{OWN}').length > 1")
        labeller = view.locator(LABELLER)
        labeller.scroll_into_view_if_needed()
        assert "as model says" in labeller.text_content()
        assert labeller.locator(".gym-names div").all_text_contents() == ["me", "model"]
        assert not data.annotation("me", draft=True).exists(), "nobody has looked at it yet"

        chooser = view.locator(".gym-viewer", has=view.get_by_text("Somebody else"))
        chooser.scroll_into_view_if_needed()
        chooser.locator("header").first.click()  # the keyboard is its own then
        view.keyboard.press("o")
        chooser.locator(".gym-pointing canvas").click()
        chooser.get_by_text("followed from now on").wait_for()
        person = pose.present(data).person
        assert (person.x, person.y) == pytest.approx((0.5, 0.5), abs=0.01) and person.seconds < 0.05
        assert chooser.locator(".gym-names div").all_text_contents() == [], "said of others"
        assert Dataset("Salto_1", home).keypoints["detected"].mean() > 0.9

        copy = data.folder / "videos" / "Salto_1.mp4"
        assert copy.read_bytes() == salto.read_bytes()
        began = segments(view)
        labeller.locator(".gym-stage").click()
        view.keyboard.press("]")
        view.keyboard.press("ArrowRight")
        view.keyboard.press("x")  # one frame on from the first border nobody can tell
        view.locator(f"{LABELLER} .gym-saved").wait_for()
        (first, last), second = began[0], began[1]
        assert segments(view)[:3] == [(first, last), (second[0],) * 2, (second[0] + 1, second[1])]

        labeller.get_by_role("button", name="this clip becomes annotations").click()
        view.get_by_text("1 clip handed in to annotations/me.csv").wait_for()
        table = pd.read_csv(data.annotation("me"))
        assert list(zip(table["start"], table["end"])) == segments(view)
        assert table["label"].iloc[2] == "Unlabeled" and set(table["label"]) <= {
            *CLASSES,
            "Unlabeled",
        }
        assert table["end"].iloc[-1] == data.clips["frames"].iloc[0] - 1
        assert not data.annotation("me", draft=True).exists()
        assert data.annotators == ["me"] and problems == []


def test_a_large_film_comes_in_parts(home, notebooks):
    """Larger than a message may be: the film with empty boxes behind it, as MP4 allows."""
    large = film(home / "mine" / "large.mp4")
    room = 3 * 8 * 2**20
    with large.open("ab") as file:
        file.write(room.to_bytes(4, "big") + b"free" + bytes(room - 8))
    write_notebook(notebooks / "drop.ipynb", "from gymlib import viewer\nviewer.drop_film()")
    with server(notebooks) as address, page() as view:
        open_and_run(view, address, "drop.ipynb")
        place = view.locator(".gym-drop")
        place.wait_for()
        if os.environ.get("GYMLIB_SCREENSHOTS"):
            picture = paths.REPOSITORY / "figures" / "film_drop.png"
            view.locator(".gym-frame").screenshot(path=picture)
        place.locator("input").set_input_files(large)
        view.get_by_text("large.mp4 is here").wait_for()
    assert (home / "build" / "dropped" / "large.mp4").read_bytes() == large.read_bytes()
