"""The page that lists films, or the clips of one, and how measurements go from one to the next."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from gymlib.dataset import Dataset
from gymlib.dataset.schemas import PROBABILITIES
from gymlib.files.atomic import write_text
from gymlib.labels import CLASSES, COLOURS, UNLABELED_CODE
from gymlib.prediction.film_report.chart import Chart, chart
from gymlib.prediction.film_report.embedded import png, uri
from gymlib.prediction.film_report.findings import Scale, found, sentence
from gymlib.prediction.film_report.page import PAGES, FilmReport, links
from gymlib.prediction.spreadsheets import answers_of


def write_index(
    path: Path, reports: Sequence[FilmReport], measurements: pd.DataFrame | None = None
) -> Path:
    """Write a page that lists films, each with its picture, its sentence and its link.

    Parameters
    ----------
    measurements : of all films, in their order; of three attempts or more the page shows how they
        go (:func:`gymlib.plots.progress.plot_progress`).
    """
    title = f"{len(reports)} labelled films"
    return _write_list(path, title, "", reports, measurements=measurements).path


def write_overview(
    path: Path,
    data: Dataset,
    said: pd.DataFrame,
    reports: Sequence[FilmReport],
    measurements: pd.DataFrame | None = None,
) -> FilmReport:
    """Write a page that lists the clips of a data set.

    Attempts cut from one film stand below a timeline of the film. ``measurements`` as for
    :func:`write_index`.
    """
    if "start" not in data.clips or data.clips["start"].isna().any():
        what = f"{len(reports)} labelled clips."
        return _write_list(path, data.name, what, reports, measurements=measurements)
    clips, fps = data.clips, float(data.clips["fps"].iloc[0])
    codes = np.full(int(clips["end"].max()) + 1, UNLABELED_CODE, np.int8)
    probabilities = np.full((len(codes), len(PROBABILITIES)), np.nan)
    scale, listed, spans = Scale(np.arange(len(codes) + 1) / fps, timed=True), [], {}
    for own, row in zip(reports, clips.itertuples()):
        first, last = int(row.start), int(row.end)
        shown = slice(first, last + 1)
        codes[shown], probabilities[shown] = answers_of(said, row.clip, row.frames)
        part = Scale(scale.borders[first : last + 2], timed=True)
        what = sentence(found(codes[shown], probabilities[shown], part), part)
        listed.append(own._replace(sentence=what))
        spans[row.clip] = scale.say(first, last)
    rows = found(codes, probabilities, scale)
    drawn = chart({"film": codes}, {}, codes != UNLABELED_CODE, scale)
    what = sentence(rows, scale)
    return _write_list(path, data.name, what, listed, spans, drawn, measurements)


def _write_list(
    path: Path,
    title: str,
    what: str,
    reports: Sequence[FilmReport],
    spans: Mapping[str, str] | None = None,
    drawn: Chart | None = None,
    measurements: pd.DataFrame | None = None,
) -> FilmReport:
    rows = [(own, links({own.clip: own.path}, path)[own.clip]) for own in reports]
    text = PAGES.get_template("index.html").render(
        title=title, sentence=what, rows=rows, spans=spans or {}, chart=drawn, classes=CLASSES,
        colours=COLOURS, progress=_progress(measurements),
    )  # fmt: skip
    write_text(path, text)
    return FilmReport(title, what, reports[0].thumbnail, path)


def _progress(table: pd.DataFrame | None) -> str:
    """The picture of measurements over attempts as a data URI; "" if there is no course."""
    from gymlib.plots.progress import LEAST, SHOWN, plot_progress

    if table is None or len(table) < LEAST or table[list(SHOWN)].isna().all(axis=None):
        return ""
    return uri(png(plot_progress(table, width=5.6)), "png")
