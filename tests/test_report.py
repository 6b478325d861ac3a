"""The site: complete, browsable without a network, and README's table from the same files."""

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlparse

import nbformat
import pandas as pd
import pytest

from gymlib import report


class References(HTMLParser):
    """What a page loads (scripts, styles, pictures) and where it links to."""

    def __init__(self, page: Path):
        super().__init__()
        self.loads, self.links = [], []
        self.feed(page.read_text("utf-8"))

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        if tag in ("script", "img", "iframe") and "src" in values:
            self.loads.append(values["src"])
        if tag == "link" and values.get("rel") in ("stylesheet", "preload", "icon"):
            self.loads.append(values["href"])
        if tag == "a" and "href" in values:
            self.links.append(values["href"])


@pytest.fixture
def executed(home):
    """One executed notebook with an equation and a table of results."""
    book = nbformat.v4.new_notebook()
    book.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    output = nbformat.v4.new_output("stream", name="stdout", text="forty-two\n")
    book.cells = [
        nbformat.v4.new_markdown_cell("# Results\n\nA step is $h_t = \\sigma(W x_t)$.\n\n$$a^2$$"),
        nbformat.v4.new_code_cell("print('forty-two')", outputs=[output], execution_count=1),
    ]
    folder = home / "report" / "recovered"
    (folder / "tables").mkdir(parents=True)
    nbformat.write(book, folder / "07_results.ipynb")
    rows = [(key, 80.04, 1.0, 70.0, 1.0) for key in report.APPROACHES]
    columns = ["approach", "acc_mean", "acc_sd", "f1_mean", "f1_sd"]
    pd.DataFrame(rows, columns=columns).to_csv(folder / "tables" / "table2.csv", index=False)
    return home


@pytest.mark.slow
def test_the_site_is_whole_and_needs_no_network(executed):
    front = report.build()
    pages = sorted(front.parent.rglob("*.html"))
    expected = {"index.html", "07_results.html", "annotation_guide.html"}
    assert expected <= {page.name for page in pages}
    assert "annotation_guide.html" in References(front).links
    pictures = [name for name in References(front.parent / "annotation_guide.html").loads
                if name.endswith(".png")]  # fmt: skip
    assert len(pictures) == 6
    for page in pages:
        references = References(page)
        for target in references.loads + references.links:
            url = urlparse(target)
            if target in references.loads:
                assert not url.netloc, f"{page.name} loads {target}"
            if url.path and not url.netloc and not url.scheme:
                assert (page.parent / unquote(url.path)).exists(), f"{page.name}: dead {target}"
    text = (front.parent / "recovered" / "07_results.html").read_text("utf-8")
    assert "<math" in text and "<msub>" in text, "equations are MathML"
    assert "forty-two" in text
    assert str(executed) not in text


def test_the_table_shows_the_published_figures_and_every_data_set(executed):
    lines = report.results_table().splitlines()
    assert re.sub(" +", " ", lines[0]) == "| accuracy / macro F1 in % | thesis | recovered |"
    assert lines[2] == "| LSTM, ensemble | 84.6 / 82.3 | 80.0 / 70.0 |"


def test_readme_is_filled_between_its_marks_and_gets_its_picture(executed):
    readme = executed / "README.md"
    readme.write_text(f"before\n{report.MARKS[0]}\nold\n{report.MARKS[1]}\nafter\n")
    picture = executed / "figures" / "simulated" / "07_clip_median.png"
    picture.parent.mkdir(parents=True)
    picture.write_bytes(b"a picture")
    report.update_readme(executed)
    text = readme.read_text()
    assert text.startswith("before\n") and text.endswith("\nafter\n")
    assert "old" not in text and "| CNN, averaged | 70.3 / 68.5 |" in text
    assert (executed / "figures" / "filmstrip.png").read_bytes() == b"a picture"
    readme.write_text("nothing")
    with pytest.raises(ValueError, match="must hold the lines"):
        report.update_readme(executed)


def test_nothing_to_render_says_so(home):
    with pytest.raises(ValueError, match="run `make reproduce` first"):
        report.build()
