"""Films by their names, labelled side by side: each becomes a data set of its own.

On this machine a film is a process's work; labels come first, and overlay videos and reports once
all films have their labels. On a Dask cluster a film is a worker's task: it travels there, and its
tables, videos and pages come back.
"""

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple

import joblib
import pandas as pd

from gymlib.dataset import Dataset
from gymlib.files import paths
from gymlib.files.cluster import connected, pack, unpack
from gymlib.files.processes import available_processors, side_by_side
from gymlib.files.progress import progress
from gymlib.pose import PoseConfig
from gymlib.prediction import film_report, pages, videos
from gymlib.prediction import open as doors
from gymlib.prediction.answers import Ensemble
from gymlib.prediction.film_report import FilmReport
from gymlib.prediction.videos import Labelled

Ensembles = Mapping[str, Callable[[], Ensemble]]
FAULTS = (ValueError, OSError, RuntimeError)
"""What may be wrong with a film, its data set or this machine; the message explains it."""


class Film(NamedTuple):
    """A film to label, or a data set whose clips are labelled."""

    data: Dataset
    poses: PoseConfig | None
    """How poses are found; None as they were, or as in the thesis."""
    file: Path | None = None
    """None for a data set that is there."""


class FilmError(ValueError):
    """Films that could not be labelled; the message lists each and why."""


def label(
    films: Sequence[Film],
    ensembles: Ensembles,
    on_labels: Callable[[Dataset, Labelled], None],
    cluster: str | None = None,
) -> Path:
    """Label films or data sets, draw what was found, and return the page to look at first.

    Parameters
    ----------
    ensembles : as for :func:`gymlib.prediction.videos.label`.
    on_labels : called with each film's data set as soon as it has its labels.
    cluster : address of a Dask scheduler whose workers label the films that have no data set yet;
        see :func:`gymlib.files.cluster.connected`.

    Raises what is wrong with the only film; of several, FilmError when the others are done.
    """
    if len(films) > 1 or cluster:  # taught once, here
        ensembles = {name: partial(_given, own()) for name, own in ensembles.items()}
    away = [film for film in films if cluster and film.file and not film.data.folder.exists()]
    here = [film for film in films if film not in away]
    reports, faults = {}, {}
    for work, own in ((partial(_on_cluster, cluster), away), (_here, here)):
        for film, found in work(own, ensembles) if own else ():
            if isinstance(found, FilmReport):
                reports[film.data.name] = found
            elif isinstance(found, Labelled):
                on_labels(film.data, found)
            else:
                faults[film] = found
    if faults and len(films) == 1:
        raise next(iter(faults.values()))
    if faults:
        listed = "\n".join(f"- {film.file}: {why}" for film, why in faults.items())
        raise FilmError(f"{len(faults)} of {len(films)} films could not be labelled:\n{listed}")
    ordered = [reports[film.data.name] for film in films]
    if len(ordered) == 1:
        return ordered[0].path
    tables = [own for film in films if len(own := videos.measurements(film.data))]
    measured = pd.concat(tables, ignore_index=True) if tables else None
    index = paths.work(films[0].data.home) / "films" / "index.html"
    return film_report.write_index(index, ordered, measured)


def _given(own: Ensemble) -> Ensemble:
    return own


def _here(films: list[Film], ensembles: Ensembles) -> Iterator[tuple]:
    """Film by film its labels or what is wrong, then its page: film after film in both rounds."""
    n_jobs = min(available_processors(), len(films))
    workers = None if n_jobs == 1 else 1  # the clips of the only film share the processors
    good = []
    with _without_bars(n_jobs > 1):
        jobs = [(k, film, ensembles, workers) for k, film in enumerate(films)]
        for k, found in _counted(side_by_side(_label, jobs, n_jobs), "films", len(films)):
            good += [k] if isinstance(found, Labelled) else []
            yield films[k], found
        jobs = [(k, films[k], list(ensembles)) for k in good]
        for k, report in _counted(side_by_side(_draw, jobs, n_jobs), "overlays", len(good)):
            yield films[k], report


def _counted(results, what: str, films: int):
    return progress(results, total=films, desc=what, unit="film", disable=films == 1)


@contextmanager
def _without_bars(quiet: bool):
    """Processes started in the block show no bars of their own, which would mix."""
    before = os.environ.get("TQDM_DISABLE")
    if quiet:
        os.environ["TQDM_DISABLE"] = "1"
    try:
        yield
    finally:
        if before is None:
            os.environ.pop("TQDM_DISABLE", None)


def _label(number: int, film: Film, ensembles: Ensembles, workers: int | None):
    """The film's number, and its labels or what is wrong."""
    try:
        data = doors.film_dataset(film.file, film.data.home) if film.file else film.data
        return number, videos.label(data, ensembles, film.poses, workers)
    except FAULTS as error:
        return number, error


def _draw(number: int, film: Film, sources: list[str]) -> tuple[int, FilmReport]:
    """The film's number and the page about it."""
    return number, pages.page(film.data, sources[0], pages.draw(film.data, sources))


def _on_cluster(cluster: str, films: list[Film], ensembles: Ensembles) -> Iterator[tuple]:
    """As :func:`_here`, each film's labels and page together."""
    jobs = (
        joblib.delayed(_afar)(k, film, film.file.read_bytes(), ensembles)
        for k, film in enumerate(films)
    )
    with connected(cluster):
        results = joblib.Parallel(return_as="generator_unordered")(jobs)
        for k, found, report, files in progress(results, total=len(films), desc="films"):
            folder = films[k].data.folder
            unpack(files, folder, last="clips.csv")
            yield films[k], found
            if report:
                yield films[k], report._replace(path=folder / report.path)


def _afar(number: int, film: Film, content: bytes, ensembles: Ensembles):
    """On a worker: number, labels or what is wrong, the page if there are labels, and all files."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / film.file.name
        file.write_bytes(content)
        there = film._replace(data=Dataset(film.data.name, Path(folder) / "home"), file=file)
        _, found = _label(number, there, ensembles, 1)
        if not isinstance(found, Labelled):
            return number, found, None, {}
        _, report = _draw(number, there, list(ensembles))
        report = report._replace(path=report.path.relative_to(there.data.folder))
        return number, found, report, pack(there.data.folder)
