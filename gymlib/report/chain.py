"""The chain of notebooks, run headlessly through papermill.

Each notebook is a step: it runs when its text, its parameters, the code that it imports or the
files that it reads have changed since its last good run, or when something that it writes is
gone. Executed copies go to build/report/<data set>/.
"""

import contextlib
import json
import os
import re
from pathlib import Path
from unittest.mock import patch

import nbformat
import papermill
from IPython.core.inputtransformer2 import TransformerManager

from gymlib.dataset import Dataset
from gymlib.evaluation import benchmark, fusion, learning_curve, protocol, published, repeats
from gymlib.files import lock, paths, provenance, svg
from gymlib.files.atomic import atomic_path, read_json, sweep, write_json
from gymlib.files.cache import Step
from gymlib.files.code import PACKAGE, closure, imports_of
from gymlib.files.progress import progress
from gymlib.prediction import comparison, pretrained

READS = {
    "01_annotation_review": ("clips.csv", "annotations"),
    "02_pose_extraction": ("clips.csv", "labels.parquet", "videos", "truth/keypoints.parquet"),
    "03_preprocessing": ("clips.csv", "labels.parquet", "keypoints.parquet"),
    "04_cnn": ("clips.csv", "processed.parquet", "processed.json"),
    "05_lstm": ("clips.csv", "processed.parquet", "processed.json"),
    "06_nested_cv": ("processed.parquet",),
    "07_results": ("clips.csv", "labels.parquet", "keypoints.parquet", "results"),
    "08_models": (
        "clips.csv", "labels.parquet", "keypoints.parquet", "other models", "taught", "fusion",
        "published answers",
    ),
    "09_your_video": ("clips.csv", "labels.parquet", "keypoints.parquet", "videos", "weights"),
}  # fmt: skip
"""What each notebook reads: files of the data set, and the words that :func:`_files` explains."""

WRITES = {
    "01_annotation_review": ("labels.parquet",),
    "02_pose_extraction": ("keypoints.parquet", "keypoints.json"),
    "03_preprocessing": ("processed.parquet", "processed.json"),
    "06_nested_cv": ("results",),
    "07_results": (
        "tables/scores.csv", "tables/table1.csv", "tables/table2.csv", "tables/per_class.csv",
        "tables/claims.csv", "tables/chance.csv", "tables/learning_curve.csv", "tables/classes.csv",
        "tables/videos.csv",
    ),
    "08_models": (
        "few models", "tables/models.csv", "tables/borders.csv", "tables/transfer.csv",
        "tables/transfer.json", "tables/finetuned.csv",
    ),
}  # fmt: skip
"""What each notebook writes, in the same words; its executed copy comes on top."""

RESULTS = ("predictions.parquet", "losses.csv", "trials.csv", "folds.csv", "protocol.json")

ENVIRONMENT = {
    "GYMLIB_HEADLESS": "1",
    # A kernel ends before joblib has tidied up; the process that does it then would say so.
    "PYTHONWARNINGS": "ignore:resource_tracker:UserWarning",
}
"""Of the notebooks' kernels, on top of this process's own."""


class NotebookError(RuntimeError):
    """A notebook stopped with an error; the message says where its copy is."""


def run(
    data: Dataset,
    profile: str = "full",
    *,
    fresh: bool = False,
    cluster: str | None = None,
    seeds: int | None = None,
) -> list[Path]:
    """Execute what is out of date of the chain, in order; returns the executed copies.

    Parameters
    ----------
    fresh : run every notebook, even those up to date. If a fresh run is interrupted before
        :func:`finish`, the next one goes on where it stopped.
    cluster : address of a Dask scheduler, for the notebook that takes one.
    seeds : how often the protocol runs; None as often as the last time, at first once.
    """
    with lock.hold(data.folder, "notebooks"):
        for folder in (data.report, data.figures):
            sweep(folder)
        if fresh:
            _begin(data, profile, seeds)
        names = progress(list(READS), desc=f"notebooks, {data.name}, {profile}", unit="notebook")
        for name in names:
            work = step(name, data, profile, seeds)
            if not work.is_done():
                with work.making():
                    source = paths.NOTEBOOKS / f"{name}.ipynb"
                    execute(source, data, profile, cluster, seeds)
        return [_copy(name, data) for name in READS]


def _begin(data: Dataset, profile: str, seeds: int | None) -> None:
    """Forget all good runs, unless an interrupted fresh run is to be continued."""
    marker = _marker(data)
    if not marker.is_file() or read_json(marker) != {"profile": profile}:
        for name in READS:
            step(name, data, profile, seeds).record.unlink(missing_ok=True)
        write_json(marker, {"profile": profile})


def finish(data: Dataset) -> None:
    """Note that all that follows the notebooks is done as well: the next fresh run is a new one."""
    _marker(data).unlink(missing_ok=True)


def is_finished(data: Dataset, profile: str) -> bool:
    """Whether everything is up to date and no fresh run waits to be continued."""
    return not _marker(data).exists() and all(step(n, data, profile).is_done() for n in READS)


def _marker(data: Dataset) -> Path:
    return data.folder / ".done" / "fresh.json"


def _copy(name: str, data: Dataset) -> Path:
    return data.report / f"{name}.ipynb"


# --- what a notebook depends on -------------------------------------------------------------


def step(name: str, data: Dataset, profile: str, seeds: int | None = None) -> Step:
    """The step that runs one notebook; its outputs are what it writes and its executed copy."""
    cells = nbformat.read(paths.NOTEBOOKS / f"{name}.ipynb", as_version=4).cells
    return Step(
        data.folder / ".done" / f"{name}.json",
        inputs(name, data, profile),
        {
            "dataset": data.name,
            "profile": profile,
            "seeds": _seeds(data, profile, seeds) if name == "06_nested_cv" else None,
            "cells": [(cell.cell_type, cell.source, cell.metadata) for cell in cells],
        },
        _modules([cell.source for cell in cells if cell.cell_type == "code"]),
        [_copy(name, data), *_files(WRITES.get(name, ()), data, profile)],
    )


def inputs(name: str, data: Dataset, profile: str) -> list[Path]:
    """The files that a notebook reads."""
    return _files(READS.get(name, ()), data, profile)


def _files(words: tuple[str, ...], data: Dataset, profile: str) -> list[Path]:
    groups = {
        "annotations": lambda: map(data.annotation, data.annotators),
        # Without videos the poses came from elsewhere.
        "videos": lambda: data.videos.values() or [data.folder / "keypoints.parquet"],
        "weights": lambda: sorted(pretrained.FOLDER.iterdir()),
        "results": lambda: _results(data, protocol.of_profile(profile)),
        "few models": lambda: [benchmark.record(data, n, profile) for n in benchmark.FEW],
        "other models": lambda: [
            benchmark.record(data, name, profile)
            for name in benchmark.finished(data, profile)
            if name not in benchmark.FEW
        ],
        "taught": lambda: comparison.records(data, profile),
        "fusion": lambda: fusion.records(data, profile),
        "published answers": lambda: [
            file
            for test in (published.VIDEOS_OUT, published.TAUGHT)
            for file in published.files(data, test)
        ],
    }
    places = {word: data.report if word.startswith("tables/") else data.folder for word in words}
    found = [groups[word]() if word in groups else [places[word] / word] for word in words]
    return list(dict.fromkeys(file for files in found for file in files))


def _results(data: Dataset, rules: protocol.Protocol) -> list[Path]:
    """What a protocol's runs leave; the learning curve is that of the first alone."""
    found = [data.results(run) / n for run in repeats.names(data, rules) for n in RESULTS]
    return [*found, data.results(rules.name) / learning_curve.FILE]


def _modules(cells: list[str]) -> list[str]:
    """Modules of this package that cells import."""
    found = set()
    for cell in cells:
        with contextlib.suppress(SyntaxError):  # the run will show it
            found |= imports_of(TransformerManager().transform_cell(cell))
    if "gymlib.models.registry" in closure(found):  # which imports all beside it by their names
        found |= {f"gymlib.models.{file.stem}" for file in (PACKAGE / "models").glob("[!_]*.py")}
    return sorted(found)


# --- one notebook ---------------------------------------------------------------------------


def execute(
    source: Path, data: Dataset, profile: str, cluster: str | None = None, seeds: int | None = None
) -> Path:
    """Run one notebook with its parameters; returns the executed copy.

    Raises ValueError if the notebook does not have the parameters, and NotebookError if a
    cell fails; then <name>.failed.ipynb beside the copy holds the run up to the failing cell.
    """
    target = _copy(source.stem, data)
    failed = target.with_suffix(".failed.ipynb")
    with patch.dict(os.environ, ENVIRONMENT | dict(os.environ)), atomic_path(target) as temporary:
        try:
            papermill.execute_notebook(
                str(source),
                str(temporary),
                _parameters(source, data, profile, cluster, _seeds(data, profile, seeds)),
                kernel_name="python3",
                cwd=str(paths.REPOSITORY),
                progress_bar=False,
                # Without capture, bars and MediaPipe's messages reach the terminal directly.
                # The kernel's own log would add tracebacks to Ctrl-C; a cell's error comes to us.
                extra_arguments=["--IPKernelApp.capture_fd_output=False", "--log-level=50"],
            )
        except papermill.PapermillExecutionError as error:
            os.replace(temporary, failed)
            raise NotebookError(
                f"{source.name} stopped in cell {error.exec_count}: {error.ename}: "
                f"{error.evalue}\nThe run up to there: {failed}"
            ) from None
        _finish(temporary, source, data, profile)
    failed.unlink(missing_ok=True)
    return target


def _seeds(data: Dataset, profile: str, seeds: int | None) -> int:
    """``seeds``, or as many as the last run had."""
    return seeds or repeats.count(data, protocol.of_profile(profile))


def _parameters(source: Path, data: Dataset, profile: str, cluster: str | None, seeds: int) -> dict:
    """DATASET and PROFILE, and of HOME, CLUSTER and SEEDS those that the notebook declares."""
    known = set(papermill.inspect_notebook(str(source)))
    always = {"DATASET": data.name, "PROFILE": profile}
    if missing := set(always) - known:
        raise ValueError(
            f"{source.name} has no parameter {', '.join(sorted(missing))}; its cell tagged "
            f"'parameters' defines {', '.join(sorted(known)) or 'nothing'}"
        )
    home = None if data.home == paths.home() else str(data.home)
    own = {"HOME": home, "CLUSTER": cluster, "SEEDS": seeds}
    return always | {name: value for name, value in own.items() if name in known}


def _finish(path: Path, source: Path, data: Dataset, profile: str) -> None:
    """Note in an executed notebook where its figures come from, make them light, and take this
    machine out of it: papermill's paths, folders in outputs.
    """
    notebook = nbformat.read(path, as_version=4)
    notebook.metadata["gymlib"] = {
        "notebook": source.stem,
        "dataset": data.name,
        "profile": profile,
        "data": provenance.file_hash(inputs(source.stem, data, profile)),
        "commit": provenance.commit(),
    }
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if "image/svg+xml" in (content := output.get("data", {})):
                content["image/svg+xml"] = svg.lighten(content["image/svg+xml"])
    notebook.metadata.get("papermill", {}).update(input_path=source.name, output_path=source.name)
    text = nbformat.writes(notebook)
    for folder in sorted({str(data.home), str(paths.REPOSITORY)}, key=len, reverse=True):
        text = text.replace(json.dumps(folder)[1:-1] + "/", "").replace(folder, ".")
    # In front of warnings. The look-behind keeps long base64 pictures from taking for ever.
    text = re.sub(r"(?<![^\s\"])[^\s\"]*/ipykernel_\d+/\d+\.py:\d+: ", "", text)
    path.write_text(text, encoding="utf-8")


def commits(data: Dataset) -> set[str]:
    """Commits of the code that made the executed copies."""
    copies = (nbformat.read(_copy(name, data), as_version=4) for name in READS)
    return {copy.metadata["gymlib"]["commit"] for copy in copies}
