"""What each notebook of the chain reads and writes, and when it is up to date.

A notebook is a step: it runs when its text, its parameters, the code that it imports or the files
that it reads have changed since its last good run, or when something that it writes is gone.
"""

import contextlib
from pathlib import Path

import nbformat
from IPython.core.inputtransformer2 import TransformerManager

from gymlib.annotation import reading
from gymlib.dataset import Dataset
from gymlib.evaluation import benchmark, fusion, learning_curve, protocol, published, repeats
from gymlib.files import paths
from gymlib.files.cache import Step
from gymlib.files.code import PACKAGE, closure, imports_of
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
        "clips.csv", "labels.parquet", "keypoints.parquet", "kinds", "other models", "taught",
        "fusion", "published answers",
    ),
    "09_your_video": (
        "clips.csv", "labels.parquet", "keypoints.parquet", "kinds", "scores.csv", "videos",
        "weights",
    ),
}  # fmt: skip
"""What each notebook reads: files of the data set, and the words that :func:`_files` explains."""

WRITES = {
    "01_annotation_review": ("labels.parquet", "kinds"),
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


def step(name: str, data: Dataset, profile: str, seeds: int | None = None) -> Step:
    """The step that runs one notebook; its outputs are what it writes and its executed copy."""
    cells = nbformat.read(paths.NOTEBOOKS / f"{name}.ipynb", as_version=4).cells
    return Step(
        data.folder / ".done" / f"{name}.json",
        inputs(name, data, profile),
        {
            "dataset": data.name,
            "profile": profile,
            "seeds": seeds_of(data, profile, seeds) if name == "06_nested_cv" else None,
            "cells": [(cell.cell_type, cell.source, cell.metadata) for cell in cells],
        },
        _modules([cell.source for cell in cells if cell.cell_type == "code"]),
        [copy(name, data), *_files(WRITES.get(name, ()), data, profile)],
    )


def copy(name: str, data: Dataset) -> Path:
    """The executed copy of a notebook."""
    return data.report / f"{name}.ipynb"


def seeds_of(data: Dataset, profile: str, seeds: int | None) -> int:
    """``seeds``, or as many as the last run had."""
    return seeds or repeats.count(data, protocol.of_profile(profile))


def inputs(name: str, data: Dataset, profile: str) -> list[Path]:
    """The files that a notebook reads."""
    return _files(READS.get(name, ()), data, profile)


def _files(words: tuple[str, ...], data: Dataset, profile: str) -> list[Path]:
    groups = {
        "annotations": lambda: map(data.annotation, data.annotators),
        "kinds": lambda: [data.folder / "kinds.parquet"] if reading.has_kinds(data) else [],
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
