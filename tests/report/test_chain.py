"""The chain of notebooks: what runs, what is left alone, and what an error says."""

import nbformat
import pytest

from gymlib.files import paths, provenance
from gymlib.report import chain as notebook_chain

PARAMETERS = 'DATASET = "simulated"\nPROFILE = "full"'


def notebook(folder, name, *cells, parameters=PARAMETERS):
    book = nbformat.v4.new_notebook()
    book.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    first = nbformat.v4.new_code_cell(parameters, metadata={"tags": ["parameters"]})
    book.cells = [first, *map(nbformat.v4.new_code_cell, cells)]
    nbformat.write(book, folder / f"{name}.ipynb")


@pytest.fixture
def chain(home, monkeypatch):
    """Two notebooks: a writes a file that b reads; both count their runs in a log."""
    notebooks = home / "notebooks"
    notebooks.mkdir()
    monkeypatch.setattr(paths, "NOTEBOOKS", notebooks)
    inputs = {"01_a": ["in.csv"], "02_b": ["middle.csv", "../other/*"]}
    monkeypatch.setattr(notebook_chain, "INPUTS", inputs)
    folder = home / "data" / "d"
    folder.mkdir(parents=True)
    (folder / "in.csv").write_text("1")
    head = "from gymlib import paths\nfolder = paths.dataset(DATASET)\nlog = folder / 'log'"
    log = "print('a', file=log.open('a'))\n(folder / 'middle.csv').write_text('kept')"
    notebook(notebooks, "01_a", head, log)
    notebook(notebooks, "02_b", head, "print('b', file=log.open('a'))\nprint(folder)")
    return notebooks


def ran(home) -> str:
    log = home / "data" / "d" / "log"
    return log.read_text().replace("\n", "") if log.is_file() else ""


@pytest.mark.slow
def test_only_what_changed_runs_again(home, chain):
    notebook_chain.run("d")
    assert ran(home) == "ab"
    notebook_chain.run("d")
    assert ran(home) == "ab"
    (home / "data" / "d" / "in.csv").write_text("2")
    notebook_chain.run("d")
    assert ran(home) == "aba", "02 reads a file that did not change"
    (home / "data" / "other").mkdir()
    (home / "data" / "other" / "new.csv").write_text("1")
    notebook_chain.run("d")
    assert ran(home) == "abab", "02 also reads another data set"
    notebook_chain.run("d", fresh=True)
    assert ran(home) == "ababab"


@pytest.mark.slow
def test_an_interrupted_fresh_run_continues_and_the_error_is_clear(home, chain):
    notebook(chain, "02_b", "raise ValueError('no such thing')")
    with pytest.raises(
        notebook_chain.NotebookError, match=r"02_b.*stopped in cell 3.*no such thing"
    ):
        notebook_chain.run("d", fresh=True)
    assert (home / "report" / "d" / "02_b.failed.ipynb").is_file()
    notebook(
        chain,
        "02_b",
        "from gymlib import paths",
        "print('b', file=(paths.dataset(DATASET) / 'log').open('a'))",
    )
    notebook_chain.run("d", fresh=True)
    assert ran(home) == "ab", "01 had finished before"
    assert not (home / "report" / "d" / "02_b.failed.ipynb").exists()


@pytest.mark.slow
def test_executed_copies_know_their_parameters_but_not_this_machine(home, chain):
    copies = notebook_chain.run("d", profile="quick")
    text = copies[1].read_text()
    assert str(home) not in text and str(paths.REPOSITORY) not in text
    assert 'PROFILE = \\"quick\\"' in text
    assert "data/d" in text


@pytest.mark.slow
def test_executed_copies_hold_vector_figures_and_their_origin(home, chain):
    draw = "ax = plt.subplots()[1]\nax.imshow(np.random.default_rng(0).random((50, 50, 3)));"
    imports = "import numpy as np\nimport matplotlib.pyplot as plt\n"
    style = "from gymlib.plots import style\nstyle.use_style()"
    notebook(chain, "02_b", imports + style, draw)
    notebook(chain, "01_a", "from gymlib import paths",
             "(paths.dataset(DATASET) / 'middle.csv').write_text('kept')")  # fmt: skip
    copy = notebook_chain.run("d")[1]
    book = nbformat.read(copy, as_version=4)
    data = book.cells[-1].outputs[-1].data
    assert "image/png" not in data and data["image/svg+xml"].lstrip().startswith("<?xml")
    assert "<text" not in data["image/svg+xml"], "letters are drawn: no font is needed"
    middle = provenance.file_hash([home / "data" / "d" / "middle.csv"])
    origin = {"notebook": "02_b", "dataset": "d", "profile": "full", "data": middle}
    assert book.metadata["gymlib"].items() >= origin.items()
    assert len(book.metadata["gymlib"]["commit"]) >= 7
    notebook_chain.run("d", fresh=True)
    again = nbformat.read(copy, as_version=4).cells[-1].outputs[-1].data
    assert again == data, "the same figure every time"


def test_an_unknown_parameter_is_an_error(home, chain):
    notebook(chain, "01_a", parameters='DATASET = "simulated"')
    with pytest.raises(ValueError, match=r"01_a.ipynb has no parameter PROFILE; .* DATASET"):
        notebook_chain.run("d")
