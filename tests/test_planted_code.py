"""Code planted in every field of text: refused where it enters, or shown as the text it is.

Nothing of it runs in a page, in a spreadsheet or in a figure, and no name leads out of the home.
"""

import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pandas as pd
import pytest
from jupyterlab import chromium, page
from no_models import NOBODY
from planted import CODE, FORMULAS, HTML, MARKDOWN, ONE_EACH, PATHS, UNSEEN, formulas, plain
from stick_figure import attempt, salto
from tiny_dataset import make_dataset, make_results
from widget_page import WidgetPage

from gymlib import formats, models
from gymlib.annotation import annotator_file, reading, scores
from gymlib.annotation.annotator_file import AnnotatorFile
from gymlib.annotation.review.doubt import ReviewConfig
from gymlib.annotation.review.queue import rank_doubts
from gymlib.dataset import Dataset
from gymlib.dataset.clips_file import read_clips
from gymlib.dataset.schemas import PREDICTIONS, PROBABILITIES
from gymlib.files import paths
from gymlib.files.figures import save_figure
from gymlib.files.formulas import guarded_table
from gymlib.files.markdown import as_text
from gymlib.files.tables import write_table
from gymlib.formats import clock
from gymlib.formats.keypoints import named_parts
from gymlib.formats.segments import Reading
from gymlib.kinematics.alignment import measured
from gymlib.kinematics.measure import HEADER
from gymlib.labels import decode
from gymlib.models.lstm import RECIPE
from gymlib.plots.progress import plot_progress
from gymlib.prediction import film_report, open
from gymlib.prediction.film_report import Side, write_comparison
from gymlib.report import cards, pages, site
from gymlib.viewer import Explorer, Labeller, LiveView, Reviewer

FRAMES = 2 * len(CODE)
NASTY = " ".join(HTML)


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    """A home with room above it for what should never leave it."""
    folder = tmp_path / "above" / "home"
    folder.mkdir(parents=True)
    monkeypatch.setenv("GYMLIB_HOME", str(folder))
    yield folder
    assert [file.name for file in tmp_path.iterdir()] == ["above"]
    assert [file.name for file in folder.parent.iterdir()] == ["home"]


# --- doors ------------------------------------------------------------------------------------


def clips_file(folder: Path, **cells) -> pd.DataFrame:
    row = {"clip": "a", "video": "v", "path": "", "fps": 25, "frames": 8, "width": 64, "height": 48}
    file = folder / "clips.csv"
    pd.DataFrame([row | cells]).to_csv(file, index=False)
    return read_clips(file)


def judged(**cells) -> pd.DataFrame:
    row = {"clip": "a", "judge": "J1", "element": "E1", "deduction": "0.3"}
    return scores.check(pd.DataFrame([row | cells]), ["a"])


def person(name: str) -> None:
    """Of a tier, a column, a file's name or an observer."""
    own = Reading({})
    if own.person(name, "film.eaf") is None:
        raise ValueError("\n".join(map(str, own.faults)))


def foreign_clip(name: str) -> None:
    own = Reading({"clip_00": None})
    if own.clip("A.tsv", 3, name) is None:
        raise ValueError("\n".join(map(str, own.faults)))


def labelled(home: Path, **cells) -> None:
    data = Dataset(make_dataset(home, clips=1, frames=8), home)
    row = {"clip": "clip_00", "start": "0", "end": "7", "label": "idle", "kind": ""}
    write_table(data.annotation("A"), pd.DataFrame([row | cells]))
    reading.read(data)


NAMES = {
    "data set": (lambda home, text: Dataset(text, home), "data set"),
    "annotator": (lambda home, text: Dataset("a", home).annotation(text), "annotator"),
    "protocol": (lambda home, text: Dataset("a", home).results(text), "protocol"),
    "source": (lambda home, text: open.load(text, home), "data set|source"),
    "clip": (lambda home, text: clips_file(home, clip=text), "column 'clip' row 1: expected a "),
    "video": (lambda home, text: clips_file(home, video=text), "column 'video' row 1: expected "),
    "judge": (lambda home, text: judged(judge=text), r"scores\.csv, row 2: judge must be named"),
    "element": (lambda home, text: judged(element=text), r"row 2: element must be named"),
    "tier, column, observer": (lambda home, text: person(text), r"film\.eaf: annotator "),
    "media or observation": (lambda home, text: foreign_clip(text), r"A\.tsv, row 3: no clip of "),
    "architecture": (lambda home, text: models.recipe(text), "no architecture is called"),
    "recipe": (lambda home, text: replace(RECIPE, name=text), "a name is lower case letters"),
}
"""Field of a name -> what takes it, and what it says of one that cannot be."""
SLOW = ("clip", "video", "judge", "element")


@pytest.mark.parametrize(
    "field", [pytest.param(n, marks=pytest.mark.slow) if n in SLOW else n for n in NAMES]
)
def test_names_are_refused_where_they_enter(home, field):
    take, message = NAMES[field]
    for text in ONE_EACH if field in SLOW else CODE:
        with pytest.raises(ValueError, match=message):
            take(home, text)


@pytest.mark.slow
@pytest.mark.parametrize("field", ["label", "kind"])
def test_closed_words_are_refused_with_their_row(home, field):
    for text in (HTML[1], MARKDOWN[0], FORMULAS[0]):
        with pytest.raises(ValueError, match=rf"A\.csv, row 2: unknown {field} .*expected"):
            labelled(home, **{field: text})


def test_a_film_in_clips_csv_lies_in_its_folder(home):
    outside = [text for text in PATHS if text not in ("a/b", "a\0b")]
    for text in outside:
        with pytest.raises(ValueError, match=r"'path' row 1: expected a file in the data set's f"):
            clips_file(home, path=text)
    with pytest.raises(ValueError, match=r"'path' row 1: expected a file whose name has no contr"):
        clips_file(home, path="videos/a\x1b[2Jb.mp4")


def test_a_model_of_ones_own_is_called_in_plain_words(home):
    for field in ("title", "source"):
        for text in (*HTML, *MARKDOWN, *FORMULAS[:4], *UNSEEN):
            with pytest.raises(ValueError, match=rf"{field} is one line of plain words"):
                replace(RECIPE, name="mine", **{field: text})
    replace(RECIPE, name="mine", title="Ours (2026), 2 × 64 & gaps", source="Sec. 3.2: fig. 4")


def test_films_get_names_that_lead_nowhere(home):
    for text in CODE:
        for name in (paths.made_safe(text, "video"), paths.nearest_name(text, "video")):
            assert paths.safe_name(name) == name
        if "\0" not in text:
            folder = open.named(Path(f"{text}.mp4"), home).folder
            assert folder.resolve().parent == home / "data"


def test_body_parts_that_are_none_are_named(home):
    own = Reading({})
    for text in CODE:
        assert named_parts.points_of([text], {}, "film.csv", own) is None
    assert all("film.csv: no body part is a shoulder or a hip" in str(f) for f in own.faults)


# --- tables -----------------------------------------------------------------------------------


def commented(home: Path, texts=CODE) -> Dataset:
    """A data set of one clip; of each two of its frames A says one of the texts."""
    data = Dataset(make_dataset(home, clips=1, frames=2 * len(texts)), home)
    starts = 2 * np.arange(len(texts))
    table = pd.DataFrame({"clip": "clip_00", "start": starts, "end": starts + 1})
    table["label"] = np.where(np.arange(len(texts)) % 2, "idle", "skill")
    table["=1+1"] = "a column of one's own"
    table["comment"] = texts
    write_table(data.annotation("A"), guarded_table(table))
    return data


def said(data: Dataset, annotator: str = "A") -> list[str]:
    return [plain(text) for text in read_comments(data.annotation(annotator))]


def read_comments(file: Path) -> list[str]:
    return reading.read_annotation(file)["comment"].tolist()


WRITTEN = [plain(text) for text in CODE]


@pytest.mark.slow
@pytest.mark.parametrize("form", formats.FORMATS)
def test_a_spreadsheet_runs_nothing_and_comments_come_back(home, form):
    """XML cannot carry NUL and escape: they are named, and without them all is carried."""
    data = commented(home)
    assert said(data) == WRITTEN and formulas(data.annotation("A")) == []
    if form == "elan":
        with pytest.raises(ValueError, match=r"annotator A, clip clip_00, frame \d+: the comment"):
            formats.export(data, form)
        data = commented(home, [text for text in CODE if not set(text) & set("\0\x1b")])
    before = said(data)
    files = formats.export(data, form)
    assert [cell for file in files if form != "elan" for cell in formulas(file)] == []
    data.annotation("A").unlink()
    source = files[0].parent if form in ("elan", "frames") else files[0]
    formats.take(data, form, source, annotator="A", replace=True)
    assert said(data) == before


def test_the_labeller_keeps_what_others_wrote(home):
    data = commented(home)
    file = AnnotatorFile(data, "A", draft=True)
    codes = file.read("clip_00", FRAMES)
    own = annotator_file.with_comment("clip_00", codes, file.said["clip_00"], 0, "=2+2")
    file.write("clip_00", codes, own)
    assert [plain(text) for text in read_comments(file.path)] == ["=2+2", *WRITTEN[1:]]
    assert "=1+1" in reading.read_annotation(file.path) and formulas(file.path) == []
    annotator_file.hand_in(data, "A")
    assert said(data)[0] == "=2+2" and formulas(data.annotation("A")) == []


# --- pages ------------------------------------------------------------------------------------


class Named(Dataset):
    """A data set whose clips are somersaults on paper, under any name."""

    def clip(self, clip):
        return attempt(*salto(), name=clip)

    def video(self, clip):
        return None


def film_pages(folder: Path, data: Dataset) -> list[Path]:
    """Page of a film, list of films, comparison of two attempts, progress."""
    own = Named(data.name, data.home)
    clip = own.clip(NASTY)
    answers = {"clip": NASTY, "frame": np.arange(len(clip)), "answer": decode(clip.labels)}
    table = pd.DataFrame(answers | dict.fromkeys(PROBABILITIES, 0.25))
    found = film_report.write(
        folder / "film.html", own, NASTY, {NASTY: table}, clock.even(NASTY, len(clip), 30),
        {NASTY: NASTY}, {NASTY: folder / "film.mp4"}, [NASTY],
    )  # fmt: skip
    side = Side(own, measured(clip, clip.labels), NASTY)
    made = [found.path, film_report.write_index(folder / "index.html", [found])]
    return [*made, write_comparison(folder / "comparison.html", side, side)]


def progress(file: Path) -> Path:
    """measurements.csv may be a stranger's; a skill's name is no equation either."""
    names = [MARKDOWN[4], MARKDOWN[5], HTML[0]]
    found = pd.DataFrame(1.0, index=range(len(names)), columns=list(HEADER)).astype(object)
    figure = plot_progress(found.assign(name=names))
    save_figure(figure, file)
    plt.close(figure)
    nodes = list(ET.parse(file).iter())
    assert not [n for n in nodes if n.tag.endswith(("script", "foreignObject"))]
    assert not [name for n in nodes for name in n.attrib if name.startswith("on")]
    return file


def site_pages(folder: Path, data: Dataset) -> list[Path]:
    """A data set's own sheet, and a notebook that shows what people wrote."""
    (data.folder / "DATASHEET.md").write_text("\n\n".join(["# Sheet", *HTML, *MARKDOWN]))
    write = nbformat.v4.new_output
    table = pd.DataFrame({"comment": [*HTML, *MARKDOWN]})
    outputs = [
        *(write("display_data", {"text/markdown": as_text(text)}) for text in (*HTML, *MARKDOWN)),
        write("execute_result", {"text/html": table._repr_html_(), "text/plain": str(table)}),
        write("stream", name="stdout", text=NASTY),
    ]
    cell = nbformat.v4.new_code_cell("show()", outputs=outputs, execution_count=1)
    head, kernel = (
        nbformat.v4.new_markdown_cell("# Notebook"),
        {"name": "python3", "language": "python"},
    )
    notebook = nbformat.v4.new_notebook(cells=[head, cell])
    notebook.metadata.kernelspec = kernel | {"display_name": "Python 3"}
    source = folder / "source"
    (source / "_static").mkdir(parents=True)
    (source / "sheet.md").write_text(cards.datasheet(data))
    nbformat.write(pages.prepare(notebook, data.name, "01_a"), source / "01_a.ipynb")
    (source / "index.md").write_text("# Front\n\n```{toctree}\nsheet\n01_a\n```\n")
    site._sphinx(source, folder / "site", folder / "trees")
    return [folder / "site" / "sheet.html", folder / "site" / "01_a.html"]


class Watched:
    """A page of a browser, and all that planted code would do in it."""

    TEXT = (
        "() => { const body = document.body.cloneNode(true);"
        "body.querySelectorAll('script, style').forEach((node) => node.remove());"
        "return body.textContent; }"
    )

    def __init__(self, view):
        self.view, self.happened = view, []
        view.on("dialog", lambda dialog: (self.happened.append(dialog.message), dialog.dismiss()))
        view.on("request", lambda request: self.asked(request.url))

    def asked(self, address: str) -> None:
        if not address.startswith(("file:", "data:", "about:", "blob:")):
            self.happened.append(address)

    def open(self, file: Path) -> None:
        self.view.goto(file.as_uri())

    def shows(self, *texts: str) -> None:
        self.view.wait_for_timeout(100)
        shown = plain(self.view.evaluate(self.TEXT))
        assert [text for text in texts if plain(text) not in shown] == []
        assert self.view.evaluate("window.planted") is None and self.happened == []


CAMERA = """() => {
  const canvas = document.createElement("canvas"), paper = canvas.getContext("2d");
  setInterval(() => paper.fillRect(0, 0, 9, 9), 30);
  const value = { getUserMedia: async () => canvas.captureStream() };
  Object.defineProperty(navigator, "mediaDevices", { value });
}"""


def marks(texts) -> list[str]:
    """Of Markdown, which is shown in its own way: what must be read all the same."""
    return [f"window.planted={n}" for n in range(1, 10) if f"planted={n}" in "".join(texts)]


def predictions(data: Dataset) -> None:
    """Results of a protocol, a model's name planted."""
    table = make_results(data.home, data.name)
    for number, text in enumerate(HTML, start=3):
        more = table[(table["architecture"] == "lstm") & (table["model"] == "base_1")]
        table = pd.concat([table, more.assign(model=f"{number}{text}")], ignore_index=True)
    write_table(data.results("thesis") / "predictions.parquet", table, PREDICTIONS)


@pytest.mark.slow(seconds=30)
def test_pages_show_code_as_text(home):
    """All that is looked at, one after the other in one page of one browser."""
    chromium()
    data = Dataset(make_dataset(home, clips=2, frames=30, processed=True), home)
    predictions(data)
    models_said = pd.DataFrame({"clip": "clip_00", "frame": range(30), "label": "skill"})
    models_said[PROBABILITIES] = [0.0, 0.0, 1.0, 0.0]
    named = dict.fromkeys(CODE, models_said)
    queue = rank_doubts(data.labels, data.annotators, config=ReviewConfig(shortest=1))
    queue = pd.concat([queue.head(1)] * len(CODE), ignore_index=True)
    queue = queue.assign(reason=list(CODE), detail=list(CODE))
    with page() as view:
        watched = Watched(view)
        shown = WidgetPage(view, Labeller(data, "me", None, named, draft=True, blind=False))
        view.locator(".gym-stage").click()
        view.keyboard.press("i")
        shown.settle()
        view.keyboard.press("e")
        view.keyboard.type(NASTY)
        view.keyboard.press("Enter")
        shown.settle()
        watched.shows(*CODE)
        assert view.get_by_label("comment").input_value() == NASTY
        assert NASTY in read_comments(data.annotation("me", draft=True))

        WidgetPage(view, Reviewer(data, "me", queue, named, draft=True))
        watched.shows(*CODE)
        WidgetPage(view, Explorer(data))
        watched.shows(*(text.replace("_", " ") for text in HTML))
        live = LiveView(NOBODY)
        shown = WidgetPage(view, live, asks=False)
        view.evaluate(CAMERA)
        view.get_by_role("button").click()
        view.wait_for_function("window.asked.splice(0).length")
        live.send({"say": "attempt", "lines": list(CODE)})
        shown.settle()
        watched.shows(*CODE)

        for file in film_pages(home / "build", data):
            watched.open(file)
            watched.shows(*HTML)
        watched.open(progress(home / "figures" / "progress.svg"))
        assert view.evaluate("window.planted") is None and watched.happened == []
        for file in site_pages(home / "build", data):
            watched.open(file)
            watched.shows(*marks([*HTML, *MARKDOWN]), "7*7")
