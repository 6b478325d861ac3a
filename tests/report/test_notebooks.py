"""The notebooks: form of the sources, and the whole chain on a small simulated data set."""

import ast
import re
import shutil

import nbformat
import pandas as pd
import pytest
from jupyterlab import BROWSERS, page
from site_check import LARGEST, PHONE, Page, faults, size, too_wide

from gymlib import __main__ as command
from gymlib.dataset import Dataset
from gymlib.files import paths
from gymlib.files.tables import read_table, write_table
from gymlib.report import chain, steps
from gymlib.report.architecture import ROOMS

SOURCES = sorted(paths.NOTEBOOKS.glob("*.ipynb"))

FIGURE = re.compile(r"save_figure\(|\.plot_\w+\(|viewer\.\w+\(")


LOCKS = {".notebooks.lock", ".site.lock", ".simulation.lock"}
"""The only files that a run touches for which all is up to date."""


def read(path):
    return nbformat.read(path, as_version=4)


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def test_they_are_those_of_the_chain():
    assert [path.stem for path in SOURCES] == sorted(steps.READS)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
class TestSource:
    def test_carries_no_outputs(self, path):
        for cell in code_cells(read(path)):
            assert cell.outputs == [] and cell.execution_count is None

    def test_is_valid_and_has_one_parameters_cell(self, path):
        notebook = read(path)
        nbformat.validate(notebook)
        tagged = [cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", [])]
        assert len(tagged) == 1
        assert {"DATASET", "PROFILE", "HOME"} <= {
            node.id for node in ast.walk(ast.parse(tagged[0].source)) if isinstance(node, ast.Name)
        }

    def test_opens_like_a_section(self, path):
        first = read(path).cells[0].source
        assert first.startswith(f"# {path.stem[:2]}")
        for word in ("| Reads |", "| Writes |", "| Run time |"):
            assert word in first

    def test_has_short_cells_and_functions(self, path):
        for cell in code_cells(read(path)):
            tree = ast.parse(cell.source)
            assert len(cell.source.splitlines()) <= 15, cell.source
            for node in ast.walk(tree):
                if isinstance(node, ast.FunctionDef):
                    assert node.end_lineno - node.lineno <= 5, cell.source

    def test_every_code_cell_is_introduced(self, path):
        """No more than four code cells follow one another without a word."""
        kinds = "".join(cell.cell_type[0] for cell in read(path).cells)
        assert "ccccc" not in kinds

    def test_every_figure_has_caption_text_and_name(self, path):
        """In the metadata of its cell, where the report finds them."""
        names = []
        for cell in code_cells(read(path)):
            if FIGURE.search(cell.source):
                about = cell.metadata.get("mystnb", {})
                assert len(about.get("image", {}).get("alt", "")) > 30, cell.id
                assert about["figure"]["caption"].endswith("."), cell.id
                names.append(about["figure"]["name"])
        assert len(names) == len(set(names)) >= 4

    def test_ends_in_a_summary(self, path):
        headings = [
            cell.source.splitlines()[0]
            for cell in read(path).cells
            if cell.cell_type == "markdown" and cell.source.startswith("## ")
        ]
        assert headings[-1] == "## Summary"


@pytest.mark.slow(seconds=300)
def test_the_whole_chain_on_simulated_videos(home, capfd):
    """`make reproduce PROFILE=quick`, from nothing to the report."""
    status = command.main(["reproduce", "--dataset", "simulated", "--profile", "quick"])
    assert status == 0, capfd.readouterr().err
    report = home / "build" / "report"
    for name in steps.READS:
        executed = read(report / "simulated-quick" / f"{name}.ipynb")
        outputs = [output for cell in code_cells(executed) for output in cell.outputs]
        assert outputs, name
        assert not [output for output in outputs if output.output_type == "error"], name
        warnings = [output.text for output in outputs if output.get("name") == "stderr"]
        assert warnings == [], name
        text = (report / "simulated-quick" / f"{name}.ipynb").read_text()
        assert str(home) not in text and str(paths.REPOSITORY) not in text, name
    table = pd.read_csv(report / "simulated-quick" / "tables" / "table2.csv")
    assert set(table["approach"]) == {"LSTM_E", "LSTM_bar", "CNN_E", "CNN_bar"}
    # Models trained for some epochs on ten clips may be no better than chance; those of the package
    # know what poses and labels look like.
    assert table["acc_mean"].between(10, 100).all()
    transfer = pd.read_csv(report / "simulated-quick" / "tables" / "transfer.csv")
    assert transfer["acc_mean"].min() > 75
    poses = Dataset("simulated-quick").keypoints
    assert poses["detected"].mean() > 0.75
    the_site_is_whole(home / "build" / "site")
    made = {file: file.stat().st_mtime_ns for file in home.rglob("*") if file.is_file()}
    assert command.main(["report", "--dataset", "simulated", "--profile", "quick"]) == 0
    again = {file: file.stat().st_mtime_ns for file in home.rglob("*") if file.is_file()}
    assert {file.name for file in again if again[file] != made.get(file)} <= LOCKS


def the_site_is_whole(site):
    """All notebooks, and all functions of the package; nothing dead, nothing wider than a phone."""
    pages = {str(page.relative_to(site).with_suffix("")) for page in site.rglob("*.html")}
    assert {f"simulated-quick/{name}" for name in steps.READS} <= pages
    assert {f"api/{room}" for room in ROOMS if not room.startswith("_")} <= pages
    assert "gymlib.simulation.plan.plan" in Page(site / "api" / "simulation.html").anchors
    assert faults(site) == [] and size(site) <= LARGEST
    if any(map(shutil.which, BROWSERS)):
        with page(**PHONE) as view:
            assert too_wide(view, site) == []


def keep(data, names) -> None:
    """Leave some clips of a data set."""
    annotations = map(data.annotation, data.annotators)
    for file in [data.folder / "clips.csv", *annotations, *data.folder.glob("*.parquet")]:
        table = read_table(file)
        write_table(file, table[table["clip"].isin(names)])


def said(name, data) -> str:
    """The Markdown that the cells of an executed notebook show."""
    executed = read(data.report / f"{name}.ipynb")
    outputs = [output for cell in code_cells(executed) for output in cell.outputs]
    return "\n".join(output.get("data", {}).get("text/markdown", "") for output in outputs)


@pytest.mark.slow(seconds=200)
def test_the_chain_on_recovered_clips(home, real_data, capfd, monkeypatch):
    """The notebooks on the real skeletons, taken from a local copy; what trains, on a third.

    Without those that only show how one network learns: to them clips are clips.
    """
    sources = paths.REPOSITORY / "data" / "recovered"
    for file in [sources / "clips.csv", *(sources / "annotations").glob("*.csv")]:
        target = home / "data" / "recovered" / file.relative_to(sources)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(file.read_bytes())
    arguments = ["--dataset", "recovered", "--profile", "quick"]
    source = ["--source", str(real_data / "recovered")]
    assert command.main(["data", *arguments, *source]) == 0, capfd.readouterr().err
    data, reads = Dataset("recovered"), steps.READS
    before, alone = ("01_annotation_review", "03_preprocessing"), ("04_cnn", "05_lstm")
    monkeypatch.setattr(steps, "READS", {name: reads[name] for name in before})
    chain.run(data, "quick")
    agreement = "Pairs of annotators agree on 97.3% to 98.4% of the frames"
    assert agreement in said("01_annotation_review", data)
    assert "All 6,107 frames have a pose and a label." in said("03_preprocessing", data)
    assert len(data.processed) == 67
    keep(data, data.clips["clip"][::3])
    rest = {name: own for name, own in reads.items() if name not in before + alone}
    monkeypatch.setattr(steps, "READS", rest)
    chain.run(data, "quick")
    table = pd.read_csv(data.report / "tables" / "table2.csv")
    scores = table.set_index("approach")["acc_mean"]
    # Always giving the most frequent label would be right in 33%; 15 clips teach an LSTM little.
    assert scores["LSTM_E"] > 45 and scores["CNN_E"] > 45
