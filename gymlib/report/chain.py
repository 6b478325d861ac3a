"""The chain of notebooks, in order: what is out of date runs.

Executed copies go to build/report/<data set>/.
"""

from pathlib import Path

import nbformat

from gymlib.dataset import Dataset
from gymlib.files import lock, paths
from gymlib.files.atomic import read_json, sweep, write_json
from gymlib.files.progress import progress
from gymlib.report import steps
from gymlib.report.notebook import execute
from gymlib.report.steps import copy, step


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
        names = progress(
            list(steps.READS), desc=f"notebooks, {data.name}, {profile}", unit="notebook"
        )
        for name in names:
            work = step(name, data, profile, seeds)
            if not work.is_done():
                with work.making():
                    source = paths.NOTEBOOKS / f"{name}.ipynb"
                    execute(source, data, profile, cluster, seeds)
        return [copy(name, data) for name in steps.READS]


def _begin(data: Dataset, profile: str, seeds: int | None) -> None:
    """Forget all good runs, unless an interrupted fresh run is to be continued."""
    marker = _marker(data)
    if not marker.is_file() or read_json(marker) != {"profile": profile}:
        for name in steps.READS:
            step(name, data, profile, seeds).record.unlink(missing_ok=True)
        write_json(marker, {"profile": profile})


def finish(data: Dataset) -> None:
    """Note that all that follows the notebooks is done as well: the next fresh run is a new one."""
    _marker(data).unlink(missing_ok=True)


def is_finished(data: Dataset, profile: str) -> bool:
    """Whether everything is up to date and no fresh run waits to be continued."""
    return not _marker(data).exists() and all(step(n, data, profile).is_done() for n in steps.READS)


def _marker(data: Dataset) -> Path:
    return data.folder / ".done" / "fresh.json"


def commits(data: Dataset) -> set[str]:
    """Commits of the code that made the executed copies."""
    executed = (nbformat.read(copy(name, data), as_version=4) for name in steps.READS)
    return {notebook.metadata["gymlib"]["commit"] for notebook in executed}
