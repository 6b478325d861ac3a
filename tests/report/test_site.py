"""The site: complete, browsable without a network, and README's table from the same files."""

import re
import xml.etree.ElementTree as ET

import nbformat
import numpy as np
import pandas as pd
import pytest
from fontTools.ttLib import TTFont
from jupyterlab import chromium
from playwright.sync_api import sync_playwright
from site_check import LARGEST, PHONE, Page, faults, size, too_wide
from tiny_dataset import make_dataset

from gymlib import models
from gymlib.dataset import Dataset
from gymlib.files import paths
from gymlib.files.atomic import write_json
from gymlib.files.tables import write_table
from gymlib.labels import CLASSES, COLOURS
from gymlib.report import api, cards, front, numbers, pages, readme, site

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><path d="M0 0 L9 9"/></svg>'
ABOUT = {"mystnb": {"figure": {"name": "line", "caption": "A line."}, "image": {"alt": "Rising."}}}


def notebook(*cells):
    book = nbformat.v4.new_notebook(cells=list(cells))
    book.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    book.metadata["gymlib"] = {"notebook": "07_results", "data": "0123abcd", "commit": "feedbee"}
    return book


def figure_cell():
    """A cell that showed a sentence and then a figure."""
    sentence = nbformat.v4.new_output("display_data", {"text/plain": "It rises."})
    picture = nbformat.v4.new_output("display_data", {"image/svg+xml": SVG, "text/plain": "<F>"})
    outputs = [sentence, picture]
    return nbformat.v4.new_code_cell("draw()", outputs=outputs, execution_count=2, metadata=ABOUT)


@pytest.fixture
def executed(home):
    """One executed notebook with an equation, a figure and tables of results."""
    return execute(home)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The site of it, with one module of each room: the whole chain makes a whole one."""
    home, of_room = tmp_path_factory.mktemp("home"), api.files
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GYMLIB_HOME", str(home))
        patch.setattr(api, "files", lambda room: of_room(room)[:1])
        return site.make(execute(home)).parent


def execute(home):
    output = nbformat.v4.new_output("stream", name="stdout", text="rhubarb\n")
    text = "# Results\n\nA step is $h_t = \\sigma(W x_t)$.\n\n$$a^2$$"
    code = nbformat.v4.new_code_cell("print('rhubarb')", outputs=[output], execution_count=1)
    book = notebook(nbformat.v4.new_markdown_cell(text), code, figure_cell())
    folder = home / "build" / "report" / "recovered"
    (folder / "tables").mkdir(parents=True)
    nbformat.write(book, folder / "07_results.ipynb")
    write_scores("recovered", 80.04, 70.0)
    return home


def write_scores(dataset, accuracy, f1):
    tables = Dataset(dataset).report / "tables"
    rows = [(key, accuracy, 1.0, f1, 1.0) for key in ("LSTM_E", "LSTM_bar", "CNN_E", "CNN_bar")]
    columns = ["approach", "acc_mean", "acc_sd", "f1_mean", "f1_sd"]
    write_table(tables / "table2.csv", pd.DataFrame(rows, columns=columns))


def add_notebook(home, dataset):
    folder = home / "build" / "report" / dataset
    (folder / "tables").mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook(nbformat.v4.new_markdown_cell("# 01")), folder / "01_x.ipynb")


@pytest.mark.slow
def test_the_site_is_whole_and_needs_no_network(built):
    page = built / "index.html"
    assert faults(built) == []
    names = {str(file.relative_to(built)) for file in built.rglob("*.html")}
    assert {"index.html", "recovered/07_results.html", "recovered/datasheet.html",
            "model_card.html", "annotation_guide.html", "architecture.html", "add_a_model.html",
            "api/index.html", "search.html"} <= names  # fmt: skip
    assert {"recovered/07_results.html", "annotation_guide.html"} <= set(Page(page).links)
    text = (built / "recovered" / "07_results.html").read_text("utf-8")
    assert "<math" in text and "<msub>" in text, "equations are MathML"
    assert "rhubarb" in text
    for place in (built.parents[1], paths.REPOSITORY):  # no path of this machine
        assert not [f for f in built.rglob("*.html") if str(place) in f.read_text("utf-8")]
    assert "rhubarb" in (built / "searchindex.js").read_text("utf-8"), "search finds outputs"
    assert size(built) < 8_000_000, "theme, fonts and the guide"


@pytest.mark.slow
def test_figures_have_caption_text_and_origin_and_code_is_folded(built):
    page = Page(built / "recovered" / "07_results.html")
    (caption,) = page.captions
    assert caption.strip().startswith("A line.")
    assert "07_results · recovered, data 0123abcd · commit feedbee" in caption
    (picture,) = page.pictures
    assert picture["alt"] == "Rising." and picture["src"].endswith(".svg")
    assert "recovered-07-line" in page.anchors, "a link can lead to the figure"
    folded = [name for tag, name in page.tags if tag == "details" and "hide" in name]
    assert len(folded) == 2
    for name in ("sans.woff", "sans-bold.woff", "sans-italic.woff", "mono.woff"):
        signs = TTFont(built / "_static" / "fonts" / name).getBestCmap()
        assert {ord("a"), ord("Z"), ord("·")} <= set(signs)
        assert len(signs) < 400


@pytest.mark.slow
def test_the_site_works_in_a_browser(built):
    """Opened from its folder, without a network: nothing fails, search finds, dark is dark."""
    program = chromium()
    front_page = built / "index.html"
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=program, args=["--no-sandbox"])
        view = browser.new_context(viewport=PHONE, offline=True).new_page()
        failed = []  # (what, where); search also asks for the pages' texts, which no file:// gives
        view.on("requestfailed", lambda r: failed.append((r.resource_type, r.url)))
        assert too_wide(view, built) == []
        view.goto(front_page.with_name("search.html").as_uri() + "?q=rhubarb")
        view.wait_for_selector("#search-results li a")
        assert "07_results" in view.locator("#search-results li a").first.get_attribute("href")
        for mode in ("dark", "light"):
            view.locator("button.theme-switch-button:visible").first.click()
            view.locator(f"button.theme-change-button[data-mode={mode}]:visible").first.click()
            assert view.evaluate("document.documentElement.dataset.theme") == mode
        browser.close()
    needed = {"script", "stylesheet", "font", "image", "media"}
    assert [url for what, url in failed if what in needed] == []


@pytest.mark.slow
def test_the_published_site_is_whole_and_small():
    assert faults(paths.PUBLISHED / "site") == []
    assert size(paths.PUBLISHED / "site") <= LARGEST
    site = {file.suffix for file in (paths.PUBLISHED / "site").rglob("*.*")}
    assert site & {".ipynb", ".parquet"} == set()
    assert not list(paths.PUBLISHED.rglob("*.ipynb"))
    assert "(report/site/index.html)" in readme.README.read_text("utf-8")
    pages = (paths.PUBLISHED / "site").rglob("*.html")
    assert not [page for page in pages if "Path('/" in page.read_text("utf-8")]


# --- pages ----------------------------------------------------------------------------------


def test_a_picture_comes_first_and_what_reads_it_after():
    first, second = pages.prepare(notebook(figure_cell()), "recovered", "07_results").cells
    assert first.source == "draw()" and "hide-input" in first.metadata["tags"]
    assert [pages.is_picture(output) for output in first.outputs] == [True]
    figure = first.metadata["mystnb"]["figure"]
    assert figure["caption"].endswith("\n\n07_results · recovered, data 0123abcd · commit feedbee")
    assert second.outputs[0].data["text/plain"] == "It rises."
    assert second.source.strip()  # a cell without source would be left out, outputs and all
    assert second.metadata == {"tags": ["remove-input"]}


def test_code_that_shows_nothing_joins_the_next_and_defaults_go():
    def code(source, outputs=(), tags=()):
        return nbformat.v4.new_code_cell(source, outputs=list(outputs), metadata={"tags": tags})

    shown = [nbformat.v4.new_output("stream", text="1\n")]
    head = nbformat.v4.new_markdown_cell("# 07 · Results\n\nWhat holds?")
    cells = [head, code("P = 0", tags=["parameters"]), code("P = 1", tags=["injected-parameters"]),
             code("import a"), code("print(P)", shown), code("print(P)", shown),
             code("a.b()")]  # fmt: skip
    found = pages.prepare(notebook(*cells), "mine", "07_results").cells
    assert found[0].source == "# 07 · Results, mine\n\nWhat holds?"
    assert [cell.source for cell in found[1:]] == [
        "P = 1\n\nimport a\n\nprint(P)",
        "print(P)",
        "a.b()",
    ]
    assert pages.title(notebook(*cells)) == "07 · Results" and pages.title(notebook()) == ""


def test_a_text_without_an_answer_goes_and_a_heading_takes_its_section_along():
    def text(source, *tags):
        return nbformat.v4.new_markdown_cell(source, metadata={"tags": list(tags)})

    def code(source, *outputs):
        shown = [nbformat.v4.new_output("stream", text=output) for output in outputs]
        return nbformat.v4.new_code_cell(source, outputs=shown)

    cells = [
        text("# 02 · Poses"), code("setup()"),
        text("## Truth", pages.ANSWERED), code("a()"),
        text("In parts:", pages.ANSWERED), text("### Finer"), code("b()"),
        text("## Tracks", pages.ANSWERED), code("c()"),
        text("By joint:", pages.ANSWERED), code("d()"), code("e()", "five"),
        text("By frame:", pages.ANSWERED), code("f()"),
        text("## Summary"), code("g()"),
    ]  # fmt: skip
    found = [cell.source for cell in pages.prepare(notebook(*cells), "mine", "02_x").cells]
    assert found == [
        "# 02 · Poses, mine", "setup()", "## Tracks", "c()", "By joint:", "d()\n\ne()",
        "## Summary", "g()",
    ]  # fmt: skip


def test_what_a_notebook_did_not_record_is_left_out():
    book = notebook(figure_cell())
    del book.metadata["gymlib"]
    cell = pages.prepare(book, "mine", "07_results").cells[0]
    assert cell.metadata["mystnb"]["figure"]["caption"] == "A line.\n\n07_results · mine"
    assert book.cells[0].metadata["mystnb"] == ABOUT["mystnb"], "the notebook itself stays"


def test_the_icon_has_the_colours_of_the_labels():
    drawing = ET.parse(site.LOOKS / "favicon.svg").getroot()
    assert [part.get("fill") for part in drawing][-4:] == [COLOURS[name] for name in CLASSES]


# --- numbers --------------------------------------------------------------------------------


def names(datasets) -> list[str]:
    return [data.name for data in datasets]


def test_quick_runs_are_shown_apart_and_last(executed):
    add_notebook(executed, "simulated-quick")
    add_notebook(executed, "simulated")
    add_notebook(executed, "mine")
    write_scores("simulated-quick", 50, 40)
    write_scores("mine", 33.3, 40)
    write_json(Dataset("mine").report / "tables" / "data.json", {"profile": "quick"})
    shown = numbers.shown(executed)
    assert names(shown) == ["simulated", "recovered", "simulated-quick", "mine"]
    assert names(numbers.judged(shown)) == ["recovered"]
    assert names(numbers.judged(shown, quick=True)) == ["simulated-quick", "mine"]
    titles = {name: {"01_x": "01"} for name in names(shown)}
    text = front.front_page(shown, titles, [])
    results, quick = text.split("## Quick runs")
    assert "33.3" not in results and "33.3 / 40.0" in quick and "mean little" in quick
    assert ":caption: simulated-quick" in text
    assert "mine" not in front.answer(shown)


def test_a_run_stands_beside_the_published_one(executed, monkeypatch, tmp_path):
    monkeypatch.setattr(paths, "PUBLISHED", tmp_path / "published")
    data = Dataset("recovered")
    assert list(numbers.compared(data)) == ["accuracy", "macro F1"], "nothing is published"
    table = pd.read_csv(data.report / "tables" / "table2.csv")
    write_table(tmp_path / "published" / "recovered" / "tables" / "table2.csv", table)
    page = front.front_page([data], {"recovered": {}}, [])
    assert "beside the published" not in page, "it is the published one"
    write_scores("recovered", 82.5, 68)
    row = numbers.compared(data).loc["LSTM, ensemble"]
    np.testing.assert_allclose(row, [82.5, 80.04, 2.46, 68, 70, -2], atol=0.01)
    page = front.front_page([data], {"recovered": {}}, [])
    assert "| LSTM, ensemble | 82.5 | 80.0 | +2.5 | 68.0 | 70.0 | -2.0 |" in page


@pytest.mark.slow
def test_a_data_set_is_counted_once(home):
    data = Dataset(make_tiny(home))
    counted = numbers.measure(data)
    assert numbers.description(data) == counted and counted["profile"] == "full"
    assert (counted["clips"], counted["frames"], counted["longest"]) == (2, 24, 12)
    assert sum(counted["labels"].values()) == pytest.approx(1)
    assert counted["with_pose"] == data.keypoints["detected"].mean()
    assert np.isfinite([v for v in counted.values() if isinstance(v, float)]).all()
    sheet = cards.datasheet(data)
    assert sheet.startswith("# Data sheet: tiny") and "| clips | 2 from " in sheet
    file = data.report / "tables" / "data.json"
    before = file.stat().st_mtime_ns
    numbers.measure(data)
    assert file.stat().st_mtime_ns == before
    assert numbers.measure(data, "quick")["profile"] == "quick" and numbers.is_quick(data)


def make_tiny(home) -> str:
    make_dataset(home, clips=2, frames=12, processed=True)
    return "tiny"


def test_every_published_data_set_has_a_sheet_under_the_headings_of_gebru():
    for name in ("recovered", "simulated", "simulated-quick"):
        headings = re.findall(r"^## (.*)$", cards.datasheet(Dataset(name)), re.M)
        for word in ("Motivation", "Composition", "Collection", "Preprocessing", "Uses",
                     "Distribution", "maintenance"):  # fmt: skip
            assert any(word in heading for heading in headings), (name, word)


def test_the_model_card_takes_its_numbers_from_the_tables(executed):
    card = cards.model_card(numbers.shown(executed))
    assert "| recovered | LSTM, ensemble | 80.0 ± 1.0% | 70.0 ± 1.0% |" in card
    for heading in ("Model details", "Intended use", "Factors", "Metrics", "Training and",
                    "Quantitative analyses", "Ethical", "Caveats"):  # fmt: skip
        assert f"\n## {heading}" in card
    assert "{{" not in card and "Not measured yet." in card
    found = {"source": "pretrained", "target": "recovered", "accuracy": 73.2, "macro_f1": 70.1,
             "frames": 6107, "models_min": 60.0, "models_max": 71.0, "largest_class": 34.2,
             "config": {"models": 8, "architecture": "lstm"}}  # fmt: skip
    write_json(Dataset("recovered").report / "tables" / "transfer.json", found)
    assert "8 LSTMs together give 73.2% of 6,107 frames" in cards.model_card(
        numbers.shown(executed)
    )
    assert "an ensemble of LSTMs gives 73% of the frames of real ones" in front.answer(
        numbers.shown(executed)
    )


def test_a_number_nobody_computes_is_a_fault(executed):
    card = executed / "card.md"
    card.write_text("Perfect in {{ accuracy }} of all cases.")
    with pytest.raises(ValueError, match=r"asks for \{\{ accuracy \}\}, which nothing computes"):
        cards.model_card([], card)


# --- front page and README ------------------------------------------------------------------


def test_the_answer_is_computed(executed):
    shown = numbers.shown(executed)
    answer = front.answer(shown)
    assert "labels 80% (`recovered`) of the frames right; in the thesis it was 84.6%" in answer
    page = front.front_page(shown, {"recovered": {}}, ["model_card"])
    assert answer in page and "<video" not in page
    assert "from gymlib import plots, prediction\n" in page, "README's five lines"


def test_the_film_says_which_clip_it_is(executed):
    about = {"dataset": "simulated", "clip": "video2_25", "accuracy": 99.6, "data": "ab",
             "commit": "c"}  # fmt: skip
    write_json(executed / "build" / "overlay.json", about)
    page = front.front_page([], {}, [], executed / "build" / "overlay.mp4")
    assert 'src="_static/overlay.mp4"' in page and "aria-label=" in page
    assert "Clip video2_25" in page and "100% of the frames" in page


def test_the_table_shows_the_published_figures_and_every_data_set(executed):
    lines = readme.results_table(numbers.shown(executed)).splitlines()
    assert lines[0] == "| accuracy / macro F1 in % | thesis | recovered |"
    assert lines[2] == "| LSTM, ensemble | 84.6 / 82.3 | 80.0 / 70.0 |"


def test_below_it_stands_what_notebook_08_finds_on_new_videos(executed):
    shown = numbers.shown(executed)
    folder = Dataset("recovered").report / "tables"
    row = {"acc_mean": 87.2, "acc_low": 83.9, "acc_high": 90.6, "f1_mean": 85.7}
    both = [
        {"architecture": models.DEFAULT, "decoded": decoded, **row} for decoded in (True, False)
    ]
    both[1]["acc_mean"] = 80.0
    write_table(folder / "transfer.csv", pd.DataFrame(both))
    assert "simulation alone" not in readme.results_table(shown), "there is no column for it"
    scores = {f"{s}_{end}": 70.0 for s in ("acc", "f1") for end in ("mean", "low", "high")}
    of_seeds = [{"approach": "LSTM_E", "split": split, **scores} for split in ("clips", "videos")]
    write_table(folder / "chance.csv", pd.DataFrame(of_seeds))
    lines = readme.results_table(shown).splitlines()
    assert lines[0].endswith("| recovered | recovered, new videos |")
    assert lines[-1] == "| GymTCN, taught by simulation alone | – | – | 87 (84–91) / 86 |"
    write_table(folder / "transfer.csv", pd.DataFrame([{"model": "ensemble", "acc": 87.2}]))
    assert "simulation alone" not in readme.results_table(shown), "an earlier version's table"


def test_readme_is_filled_between_its_marks(tmp_path):
    file = tmp_path / "README.md"
    file.write_text(f"before\n{readme.MARKS[0]}\nold\n{readme.MARKS[1]}\nafter\n")
    readme.update_readme(file, "new")
    text = file.read_text()
    assert text == f"before\n{readme.MARKS[0]}\nnew\n{readme.MARKS[1]}\nafter\n"
    file.write_text("nothing")
    with pytest.raises(ValueError, match="must hold the lines"):
        readme.update_readme(file, "new")
    assert all(mark in readme.README.read_text("utf-8") for mark in readme.MARKS)


# --- is the site done? ----------------------------------------------------------------------


@pytest.fixture
def quick_build(monkeypatch):
    """Instead of Sphinx, a page; returns the list of what was built."""
    built = []

    def build(datasets, folder, film):
        built.append(names(datasets))
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "index.html").touch()

    monkeypatch.setattr(site, "build", build)
    return built


@pytest.mark.slow
def test_the_site_is_built_again_only_for_a_reason(executed, quick_build):
    page = site.make(executed)
    site.make(executed)
    assert quick_build == [["recovered"]]
    page.unlink()
    site.make(executed)
    assert len(quick_build) == 2, "it was gone"
    write_scores("recovered", 81, 70)
    site.make(executed)
    assert len(quick_build) == 3, "a table changed"
    add_notebook(executed, "mine")
    site.make(executed)
    assert quick_build[3:] == [["mine", "recovered"]]


@pytest.mark.slow
def test_an_interrupted_build_leaves_the_old_site_and_nothing_else(executed, monkeypatch):
    page = executed / "build" / "site" / "index.html"
    page.parent.mkdir()
    page.write_text("old")

    def stop(source, html, doctrees):
        raise KeyboardInterrupt

    monkeypatch.setattr(site, "_sphinx", stop)
    with pytest.raises(KeyboardInterrupt):
        site.make(executed)
    assert page.read_text() == "old"
    assert {f.name for f in (executed / "build").iterdir()} <= {
        "site", "report", ".done", ".site.lock",
    }  # fmt: skip


@pytest.mark.slow
def test_nothing_to_render_says_so(home):
    with pytest.raises(ValueError, match="run `make reproduce` first"):
        site.make(home)
