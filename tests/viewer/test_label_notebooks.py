"""Notebooks 01 and 03 on tiny data sets: three annotators, one annotator, faulty files.

On real clips they are the beginning of the chain in tests/report/test_notebooks.py.
"""

import nbformat
import pytest
from footage import film
from tiny_dataset import make_dataset

from gymlib.dataset import Dataset
from gymlib.files import paths
from gymlib.files.atomic import read_json
from gymlib.report import notebook
from gymlib.report.notebook import NotebookError

pytestmark = pytest.mark.slow(seconds=33)


def execute(data, name) -> str:
    """Run one notebook; returns the text of its Markdown outputs."""
    copy = notebook.execute(paths.NOTEBOOKS / f"{name}.ipynb", data, "quick")
    cells = nbformat.read(copy, as_version=4).cells
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    return "\n".join(output.get("data", {}).get("text/markdown", "") for output in outputs)


@pytest.fixture
def data(home):
    return Dataset(make_dataset(home), home)


def test_three_annotators(data):
    text = execute(data, "01_annotation_review")
    assert "1 of 240 frames (0.42%) in 1 clips have no majority" in text
    assert "The rule changes 6 frames in 3 of 6 clips" in text
    text = execute(data, "03_preprocessing")
    assert "16 of 240 frames (6.7%) have no pose, 1 more (0.4%) no majority" in text
    assert sum(map(len, data.processed)) == 223
    record = read_json(data.folder / "processed.json")
    assert record["funnel"] == {"frames": 240, "no_pose": 16, "unlabeled": 1, "kept": 223}
    assert record["config"] == {"normalisation": "raw"}
    figures = {file.name for file in data.figures.iterdir()}
    assert {"01_hardest_clips.svg", "03_funnel.svg", "03_time_gaps.svg"} <= figures


def test_one_annotator(data):
    for other in "BC":
        data.annotation(other).unlink()
    text = execute(data, "01_annotation_review")
    assert "Agreement needs at least two annotators of the same clips." in text
    execute(data, "03_preprocessing")
    assert len(data.processed) == 6


def test_films_of_ones_own_lead_to_the_labeller_and_to_one_sentence(home):
    """The first "Run all": nobody has labelled anything, so it ends below the labeller."""
    data = Dataset("mine", home)
    film(data.folder / "videos" / "monday" / "salto.mp4", 20)
    with pytest.raises(NotebookError, match=r"holds no annotation file; .* the labeller in"):
        execute(data, "01_annotation_review")
    assert list(data.clips["clip"]) == ["salto"]
    failed = data.report / "01_annotation_review.failed.ipynb"
    cells = nbformat.read(failed, as_version=4).cells
    at = {word: i for i, cell in enumerate(cells) for word in ("viewer.label(", "reading.read(")
          if word in cell.source}  # fmt: skip
    assert cells[at["viewer.label("]].outputs, "the labeller is there"
    (error,) = [o for o in cells[at["reading.read("]].outputs if o.output_type == "error"]
    assert len(error.traceback) == 1 and "hand in" in error.traceback[0]


def test_all_faults_reach_the_reader(data):
    file = data.annotation("B")
    lines = file.read_text().splitlines()
    lines[1] = lines[1].replace("clip_00", "clip_0")
    lines[3] = lines[3].replace("take-off", "jump")
    file.write_text("\n".join(lines) + "\n")
    with pytest.raises(NotebookError) as caught:
        execute(data, "01_annotation_review")
    message = str(caught.value)
    assert "B.csv, row 2: clip 'clip_0' is not in clips.csv; did you mean 'clip_0" in message
    assert "B.csv, row 4: unknown label 'jump'" in message
    assert not data.has("labels.parquet")
