"""The chain of notebooks: what runs, what is left alone, and what an error says."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import psutil
import pytest
from tiny_dataset import make_dataset

from gymlib.dataset import Dataset
from gymlib.dataset.schemas import CLIPS
from gymlib.files import code, paths, provenance, svg
from gymlib.files.tables import write_table
from gymlib.report import chain as notebook_chain
from gymlib.report import steps
from gymlib.report.notebook import NotebookError

PARAMETERS = 'DATASET = "simulated"\nPROFILE = "full"\nHOME = None'
HEAD = (
    "import os\nfrom pathlib import Path\n"
    "folder = Path(HOME or os.environ['GYMLIB_HOME']) / 'data' / DATASET\nlog = folder / 'log'"
)
"""Without this package, so that kernels start fast."""


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
    reads = {"01_a": ("in.csv",), "02_b": ("middle.csv", "../other/new.csv")}
    monkeypatch.setattr(steps, "READS", reads)
    monkeypatch.setattr(steps, "WRITES", {"01_a": ("middle.csv",)})
    folder = home / "data" / "d"
    folder.mkdir(parents=True)
    (folder / "in.csv").write_text("1")
    log = "print('a', file=log.open('a'))\n(folder / 'middle.csv').write_text('kept')"
    notebook(notebooks, "01_a", HEAD, log)
    notebook(notebooks, "02_b", HEAD, "print('b', file=log.open('a'))\nprint(folder)")
    return notebooks


def run(**options) -> list[Path]:
    """One finished run."""
    copies = notebook_chain.run(Dataset("d"), **options)
    notebook_chain.finish(Dataset("d"))
    return copies


def ran(home) -> str:
    log = home / "data" / "d" / "log"
    return log.read_text().replace("\n", "") if log.is_file() else ""


@pytest.mark.slow
def test_only_what_changed_runs_again(home, chain):
    run()
    assert ran(home) == "ab"
    run()
    assert ran(home) == "ab"
    (home / "data" / "d" / "in.csv").write_text("2")
    run()
    assert ran(home) == "aba", "02 reads a file that did not change"
    (home / "data" / "other").mkdir()
    (home / "data" / "other" / "new.csv").write_text("1")
    run()
    assert ran(home) == "abab", "02 also reads another data set"
    (home / "data" / "d" / "middle.csv").unlink()
    run()
    assert ran(home) == "ababa", "what 01 writes was gone, and came back the same"
    (home / "build" / "report" / "d" / "02_b.ipynb").unlink()
    run()
    assert ran(home) == "ababab", "the executed copy of 02 was gone"
    run(fresh=True)
    assert ran(home) == "abababab"


def is_done(name="01_a") -> bool:
    return steps.step(name, Dataset("d"), "full").is_done()


def done(name="01_a") -> None:
    """Note that a notebook has run, without running it."""
    work = steps.step(name, Dataset("d"), "full")
    with work.making():
        for output in work.outputs:
            output.parent.mkdir(parents=True, exist_ok=True)
            output.touch()


@pytest.fixture
def package(home, monkeypatch):
    """A package of three modules in the place of this one: two models and a viewer."""
    root = home / "gymlib"
    files = {
        "__init__.py": "",
        "models/__init__.py": "from gymlib.models import registry\n",
        "models/registry.py": "",
        "models/net.py": "size = 8\n",
        "viewer.py": '"""A viewer."""\nsize = 3\n',
    }
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    monkeypatch.setattr(code, "PACKAGE", root)
    monkeypatch.setattr(steps, "PACKAGE", root)
    return root


def test_code_counts_as_it_works(chain, package):
    notebook(chain, "01_a", "from gymlib import viewer", "%matplotlib inline\nviewer.size")
    done()
    (package / "viewer.py").write_text('"""What it shows."""\n\nsize = 3  # of a window\n')
    assert is_done(), "docstring and comment"
    (package / "models" / "net.py").write_text("size = 16\n")
    assert is_done(), "a module that it does not import"
    (package / "viewer.py").write_text("size = 4\n")
    assert not is_done()


def test_a_model_known_by_name_alone_counts(chain, package):
    notebook(chain, "01_a", "from gymlib import models", "1 +")  # the second cell is a mistake
    done()
    (package / "models" / "net.py").write_text("size = 16\n")
    assert not is_done()
    done()
    (package / "models" / "new.py").write_text("size = 1\n")
    assert not is_done()


def test_text_and_parameters_count_but_no_outputs(chain):
    done()
    assert not steps.step("01_a", Dataset("d"), "quick").is_done()
    file = chain / "01_a.ipynb"
    book = nbformat.read(file, as_version=4)
    book.cells[1].outputs = [nbformat.v4.new_output("stream", text="1\n")]
    book.cells[1].execution_count = 4
    nbformat.write(book, file)
    assert is_done()
    book.cells.append(nbformat.v4.new_markdown_cell("So it is."))
    nbformat.write(book, file)
    assert not is_done()


@pytest.mark.slow
def test_an_interrupted_fresh_run_continues_and_the_error_is_clear(home, chain):
    notebook(chain, "02_b", "raise ValueError('no such thing')")
    with pytest.raises(NotebookError, match=r"02_b.*stopped in cell 3.*no such thing"):
        run(fresh=True)
    assert (home / "build" / "report" / "d" / "02_b.failed.ipynb").is_file()
    notebook(chain, "02_b", HEAD, "print('b', file=log.open('a'))")
    notebook_chain.run(Dataset("d"), fresh=True)
    assert ran(home) == "ab", "01 had finished before"
    assert not (home / "build" / "report" / "d" / "02_b.failed.ipynb").exists()
    run(fresh=True)
    assert ran(home) == "ab", "it was stopped while the site was built"
    run(fresh=True)
    assert ran(home) == "abab"


@pytest.mark.slow
def test_executed_copies_know_their_parameters_but_not_this_machine(home, chain, monkeypatch):
    monkeypatch.setenv("GYMLIB_HOME", str(home / "elsewhere"))
    notebook_chain.run(Dataset("d", home), profile="quick", cluster="tcp://there:8786")
    text = (home / "build" / "report" / "d" / "02_b.ipynb").read_text()
    assert str(home) not in text and str(paths.REPOSITORY) not in text
    assert 'PROFILE = \\"quick\\"' in text and 'HOME = \\".\\"' in text and "CLUSTER" not in text
    assert "data/d" in text
    assert not (home / "elsewhere").exists()


@pytest.mark.slow
def test_executed_copies_hold_vector_figures_and_their_origin(home, chain):
    draw = "ax = plt.subplots()[1]\nax.imshow(np.random.default_rng(0).random((50, 50, 3)));"
    imports = "import numpy as np\nimport matplotlib.pyplot as plt\n"
    style = "from gymlib.files.figures import save_figure\nfrom gymlib.plots import style\n"
    save = "_, ax = plt.subplots()\nax.plot([0, 1])\nsave_figure(ax.figure, folder / 'line.svg');"
    notebook(chain, "02_b", HEAD, imports + style + "style.use_style()", save, draw)
    copy = run()[1]
    book = nbformat.read(copy, as_version=4)
    (saved,) = book.cells[-2].outputs  # once, although it was saved as well
    file = home / "data" / "d" / "line.svg"
    assert saved.data["image/svg+xml"] == svg.lighten(file.read_text("utf-8"))
    assert saved.data["text/plain"] == "<Figure size 700x400 with 1 Axes>"
    data = book.cells[-1].outputs[-1].data
    assert "image/png" not in data and data["image/svg+xml"].lstrip().startswith("<?xml")
    assert "<text" not in data["image/svg+xml"], "letters are drawn: no font is needed"
    found = provenance.file_hash(steps.inputs("02_b", Dataset("d"), "full"))
    origin = {"notebook": "02_b", "dataset": "d", "profile": "full", "data": found}
    assert book.metadata["gymlib"].items() >= origin.items()
    assert len(book.metadata["gymlib"]["commit"]) >= 7
    run(fresh=True)
    again = nbformat.read(copy, as_version=4).cells[-1].outputs[-1].data
    assert again == data, "the same figure every time"


def test_an_unknown_parameter_is_an_error(chain):
    notebook(chain, "01_a", parameters='DATASET = "simulated"')
    with pytest.raises(ValueError, match=r"01_a.ipynb has no parameter PROFILE; .* DATASET"):
        run()


@pytest.mark.slow
def test_inputs_are_the_files_that_the_data_set_names(home):
    data = Dataset("tiny")
    make_dataset(home, clips=2)
    alike = steps.inputs("08_models", data, "quick")
    assert {file.parent.name for file in alike} == {"tiny"}
    record = home / "data" / "skeletons-20" / "results" / "application" / "lstm_of_1.json"
    record.parent.mkdir(parents=True)
    record.touch()
    assert steps.inputs("08_models", data, "quick") == [*alike, record]
    (data.folder / "videos").mkdir()
    (data.folder / "videos" / "clip_00.mp4").touch()
    assert data.folder / "keypoints.parquet" in steps.inputs("02_pose_extraction", data, "full")
    write_table(
        data.folder / "clips.csv", data.clips.assign(path=["videos/clip_00.mp4", ""]), CLIPS
    )
    (data.folder / "videos" / "stray.mp4").touch()
    found = steps.inputs("02_pose_extraction", data, "full")
    assert data.folder / "videos" / "clip_00.mp4" in found
    names = {file.name for file in steps.inputs("09_your_video", data, "full")}
    assert {"clip_00.mp4", "labels.parquet", "card.json", "gymtcn_0.safetensors"} <= names
    assert not {"keypoints.parquet", "stray.mp4"} & {
        file.name for file in found if "truth" not in file.parts
    }
    annotation = data.annotation("A")
    annotation.write_text(annotation.read_text().replace("label,", "kind,label,", 1))
    assert data.folder / "kinds.parquet" in steps.inputs("08_models", data, "quick")
    assert data.folder / "kinds.parquet" in steps.step("01_annotation_review", data, "full").outputs
    assert [f.name for f in steps.inputs("01_annotation_review", data, "full")] == [
        "clips.csv", "A.csv", "B.csv", "C.csv",
    ]  # fmt: skip


# --- stopped and killed ---------------------------------------------------------------------

BUSY = """
from pathlib import Path
from gymlib.files import processes
from gymlib.files.atomic import atomic_path
def work(i):
    import os, time
    from gymlib.files.atomic import atomic_path
    with atomic_path(folder / f"half{i}.csv"):
        (folder / f"worker{i}").write_text(str(os.getpid()))
        time.sleep(300)
list(processes.side_by_side(work, [(0,), (1,)], 2))
"""


@pytest.fixture
def busy(home, chain):
    """A run whose second notebook has two worker processes, each in the middle of a file."""
    notebook(chain, "02_b", HEAD, BUSY)
    script = home / "run.py"
    script.write_text(
        "import pathlib, sys\nfrom gymlib.__main__ import main\n"
        "from gymlib.files import paths\nfrom gymlib.report import steps\n"
        "from gymlib.report.commands import study\n"
        f"paths.NOTEBOOKS = pathlib.Path({str(chain)!r})\n"
        "study.data = lambda options: None\n"
        "steps.READS = {'01_a': ('in.csv',), '02_b': ('middle.csv',)}\n"
        "steps.WRITES = {'01_a': ('middle.csv',)}\n"
        "sys.exit(main(['report', '--dataset', 'd']))\n"
    )
    process = subprocess.Popen(
        [sys.executable, script], stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    workers = [home / "data" / "d" / f"worker{i}" for i in range(2)]
    deadline = time.monotonic() + 120
    while not all(file.is_file() and file.read_text() for file in workers):
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            pytest.fail(process.communicate()[1])
        time.sleep(0.05)
    family = psutil.Process(process.pid).children(recursive=True)
    assert {int(file.read_text()) for file in workers} <= {child.pid for child in family}
    yield process, family
    for child in family:
        if child.is_running():
            child.kill()


def parts(home) -> list[Path]:
    return list(home.rglob(".part-*"))


@pytest.mark.slow
@pytest.mark.parametrize("way", ["Ctrl-C", "SIGTERM"])
def test_a_stopped_run_leaves_nothing_behind(home, busy, way):
    process, family = busy
    if way == "Ctrl-C":
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: all processes of the command
    else:
        process.terminate()
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130, said
    assert "stopped; finished parts are kept" in said and "Traceback" not in said
    assert psutil.wait_procs(family, timeout=10)[1] == []
    assert parts(home) == []
    assert ran(home) == "a" and is_done("01_a")


@pytest.mark.slow
def test_a_killed_run_leaves_no_processes_and_the_next_one_sweeps(home, chain, busy):
    process, family = busy
    process.kill()
    process.communicate(timeout=60)
    assert psutil.wait_procs(family, timeout=20)[1] == []
    notebook(chain, "02_b", HEAD, "print('b', file=log.open('a'))")
    run()
    assert ran(home) == "ab" and parts(home) == []
