"""The site: complete, browsable without a network, and README's table from the same files."""

import re
import xml.etree.ElementTree as ET

import nbformat
import numpy as np
import pandas as pd
import pytest
from fontTools.ttLib import TTFont
from playwright.sync_api import sync_playwright
from tests.helpers import make_dataset
from tests.lab import chromium
from tests.site_check import Page, faults, size

from gymlib import report
from gymlib.dataset.tables import read_keypoints
from gymlib.evaluation.results import APPROACHES
from gymlib.files import paths
from gymlib.files.atomic import write_json
from gymlib.files.tables import write_table
from gymlib.report import cards, front, numbers, pages
from gymlib.report.icon import favicon

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><path d="M0 0 L9 9"/></svg>'
ABOUT = {"mystnb": {"figure": {"name": "line", "caption": "A line."}, "image": {"alt": "Rising."}}}
LIMIT = 15_000_000  # bytes of the whole site


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
    output = nbformat.v4.new_output("stream", name="stdout", text="forty-two\n")
    text = "# Results\n\nA step is $h_t = \\sigma(W x_t)$.\n\n$$a^2$$"
    code = nbformat.v4.new_code_cell("print('forty-two')", outputs=[output], execution_count=1)
    book = notebook(nbformat.v4.new_markdown_cell(text), code, figure_cell())
    folder = home / "report" / "recovered"
    (folder / "tables").mkdir(parents=True)
    nbformat.write(book, folder / "07_results.ipynb")
    write_scores("recovered", 80.04, 70.0)
    return home


def write_scores(dataset, accuracy, f1):
    tables = paths.report(dataset) / "tables"
    rows = [(key, accuracy, 1.0, f1, 1.0) for key in APPROACHES]
    columns = ["approach", "acc_mean", "acc_sd", "f1_mean", "f1_sd"]
    write_table(tables / "table2.csv", pd.DataFrame(rows, columns=columns))


def add_notebook(home, dataset):
    folder = home / "report" / dataset
    (folder / "tables").mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook(nbformat.v4.new_markdown_cell("# 01")), folder / "01_x.ipynb")


@pytest.mark.slow
def test_the_site_is_whole_and_needs_no_network(executed):
    page = report.build()
    site = page.parent
    assert faults(site) == []
    names = {str(file.relative_to(site)) for file in site.rglob("*.html")}
    assert {"index.html", "recovered/07_results.html", "recovered/datasheet.html",
            "model_card.html", "annotation_guide.html", "search.html"} <= names  # fmt: skip
    assert {"recovered/07_results.html", "annotation_guide.html"} <= set(Page(page).links)
    text = (site / "recovered" / "07_results.html").read_text("utf-8")
    assert "<math" in text and "<msub>" in text, "equations are MathML"
    assert "forty-two" in text
    assert not [f for f in site.rglob("*.html") if str(executed) in f.read_text("utf-8")]
    assert "forti" in (site / "searchindex.js").read_text("utf-8"), "search finds outputs (stemmed)"
    assert size(site) < 5_000_000, "theme, fonts and the guide"


@pytest.mark.slow
def test_figures_have_caption_text_and_origin_and_code_is_folded(executed):
    site = report.build().parent
    page = Page(site / "recovered" / "07_results.html")
    (caption,) = page.captions
    assert caption.strip().startswith("A line.")
    assert "07_results · recovered, data 0123abcd · commit feedbee" in caption
    (picture,) = page.pictures
    assert picture["alt"] == "Rising." and picture["src"].endswith(".svg")
    assert "recovered-07-line" in page.anchors, "a link can lead to the figure"
    folded = [name for tag, name in page.tags if tag == "details"]
    assert len(folded) == 2 and all("hide" in name for name in folded)
    for name in ("sans.woff", "sans-bold.woff", "sans-italic.woff", "mono.woff"):
        signs = TTFont(site / "_static" / "fonts" / name).getBestCmap()
        assert {ord("a"), ord("Z"), ord("·")} <= set(signs)
        assert len(signs) < 400


@pytest.mark.slow
def test_the_site_works_in_a_browser(executed):
    """Opened from its folder, without a network: nothing fails, search finds, dark is dark."""
    program = chromium()
    front_page = report.build()
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=program, args=["--no-sandbox"])
        view = browser.new_context(viewport={"width": 420, "height": 800}, offline=True).new_page()
        failed = []  # (what, where); search also asks for the pages' texts, which no file:// gives
        view.on("requestfailed", lambda r: failed.append((r.resource_type, r.url)))
        for file in sorted(front_page.parent.rglob("*.html")):
            view.goto(file.as_uri())
            wide = view.evaluate("document.documentElement.scrollWidth")
            assert wide <= 420, f"{file.name} is wider than a phone: {wide}"
        view.goto(front_page.with_name("search.html").as_uri() + "?q=forty")
        view.wait_for_selector("#search-results li a")
        assert "07_results" in view.locator("#search-results li a").first.get_attribute("href")
        for mode in ("dark", "light"):
            view.locator("button.theme-switch-button:visible").first.click()
            view.locator(f"button.theme-change-button[data-mode={mode}]:visible").first.click()
            assert view.evaluate("document.documentElement.dataset.theme") == mode
        browser.close()
    needed = {"script", "stylesheet", "font", "image", "media"}
    assert [url for what, url in failed if what in needed] == []


def test_the_published_site_is_whole_and_small():
    site = paths.REPOSITORY / "report" / "site"
    if not site.is_dir():
        pytest.skip("no site was built here")
    assert faults(site) == []
    assert size(site) <= LIMIT


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


def test_what_a_notebook_did_not_record_is_left_out():
    book = notebook(figure_cell())
    del book.metadata["gymlib"]
    cell = pages.prepare(book, "mine", "07_results").cells[0]
    assert cell.metadata["mystnb"]["figure"]["caption"] == "A line.\n\n07_results · mine"
    assert book.cells[0].metadata["mystnb"] == ABOUT["mystnb"], "the notebook itself stays"


def test_the_icon_is_a_drawing():
    assert ET.fromstring(favicon()).tag.endswith("svg")


# --- numbers --------------------------------------------------------------------------------


def test_a_quick_set_is_shown_only_for_want_of_the_full_one(executed):
    add_notebook(executed, "simulated-quick")
    assert numbers.shown() == ["simulated-quick", "recovered"]
    add_notebook(executed, "simulated")
    assert numbers.shown() == ["simulated", "recovered"]
    write_scores("simulated-quick", 50, 40)
    assert numbers.judged() == ["recovered"]


def test_a_data_set_is_counted(home):
    name = make_dataset(home, clips=2, frames=12, processed=True)
    counted = numbers.measure(name)
    assert numbers.description(name) == counted
    assert (counted["clips"], counted["frames"], counted["longest"]) == (2, 24, 12)
    assert sum(counted["labels"].values()) == pytest.approx(1)
    assert counted["with_pose"] == read_keypoints(name)["detected"].mean()
    assert np.isfinite([v for v in counted.values() if isinstance(v, float)]).all()
    sheet = cards.datasheet(name)
    assert sheet.startswith("# Data sheet: tiny") and "| clips | 2 from " in sheet


def test_every_published_data_set_has_a_sheet_under_the_headings_of_gebru():
    for name in ("recovered", "simulated", "simulated-quick"):
        headings = re.findall(r"^## (.*)$", cards.datasheet(name), re.M)
        for word in ("Motivation", "Composition", "Collection", "Preprocessing", "Uses",
                     "Distribution", "maintenance"):  # fmt: skip
            assert any(word in heading for heading in headings), (name, word)


def test_the_model_card_takes_its_numbers_from_the_tables(executed):
    card = cards.model_card()
    assert "| recovered | LSTM, ensemble | 80.0 ± 1.0% | 70.0 ± 1.0% |" in card
    for heading in ("Model details", "Intended use", "Factors", "Metrics", "Training and",
                    "Quantitative analyses", "Ethical", "Caveats"):  # fmt: skip
        assert f"\n## {heading}" in card
    assert "{{" not in card and "Not measured yet." in card
    found = {"source": "simulated", "target": "recovered", "accuracy": 73.2, "macro_f1": 70.1,
             "frames": 6107, "models_min": 60.0, "models_max": 71.0, "largest_class": 34.2,
             "config": {"models": 8}}  # fmt: skip
    write_json(paths.report("recovered") / "tables" / "transfer.json", found)
    assert "8 LSTMs together give 73.2% of 6,107 frames" in cards.model_card()
    assert "give 73.2% of the frames of real ones" in front.answer()


def test_a_number_nobody_computes_is_a_fault(executed):
    card = executed / "card.md"
    card.write_text("Perfect in {{ accuracy }} of all cases.")
    with pytest.raises(ValueError, match=r"asks for \{\{ accuracy \}\}, which nothing computes"):
        cards.model_card(card)


# --- front page and README ------------------------------------------------------------------


def test_the_answer_is_computed(executed):
    assert "labels 80.0% (`recovered`) of the frames right; in the thesis it was 84.6%" in (
        front.answer()
    )
    assert front.answer() in front.front_page(None) and "<video" not in front.front_page(None)


def test_the_film_says_which_clip_it_is(executed):
    about = {
        "dataset": "simulated",
        "clip": "video2_25",
        "accuracy": 99.6,
        "data": "ab",
        "commit": "c",
    }
    write_json(executed / "figures" / "overlay.json", about)
    page = front.front_page("_static/overlay.mp4")
    assert 'src="_static/overlay.mp4"' in page and "aria-label=" in page
    assert "Clip video2_25" in page and "100% of the frames" in page


def test_the_table_shows_the_published_figures_and_every_data_set(executed):
    lines = report.results_table().splitlines()
    assert re.sub(" +", " ", lines[0]) == "| accuracy / macro F1 in % | thesis | recovered |"
    assert lines[2] == "| LSTM, ensemble | 84.6 / 82.3 | 80.0 / 70.0 |"


def test_readme_is_filled_between_its_marks(executed):
    readme = executed / "README.md"
    readme.write_text(f"before\n{report.MARKS[0]}\nold\n{report.MARKS[1]}\nafter\n")
    report.update_readme(executed)
    text = readme.read_text()
    assert text.startswith("before\n") and text.endswith("\nafter\n")
    assert "old" not in text and "| CNN, averaged | 70.3 / 68.5 |" in text
    readme.write_text("nothing")
    with pytest.raises(ValueError, match="must hold the lines"):
        report.update_readme(executed)


def test_nothing_to_render_says_so(home):
    with pytest.raises(ValueError, match="run `make reproduce` first"):
        report.build()
