"""The page about a film as HTML."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import numpy as np
import pandas as pd
from jaxtyping import Int
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from gymlib.dataset import Attempt, Dataset
from gymlib.files.atomic import write_text
from gymlib.formats.clock import Clock
from gymlib.kinematics import measure
from gymlib.labels import CLASSES, COLOURS, SKILL, UNLABELED_CODE
from gymlib.prediction.film_report import measured
from gymlib.prediction.film_report.chart import chart
from gymlib.prediction.film_report.embedded import data_uri, uri
from gymlib.prediction.film_report.findings import Found, Scale, found, pose_sentences, sentence
from gymlib.prediction.spreadsheets import answers_of

SHOWN = 16
"""Segments of which a page has pictures; with more it would be slow to open and to send."""
MEASURED = 4
"""Attempts whose measurements a page shows; measurements.csv has all."""
THUMBNAIL = 160  # pixels

PAGES = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=True,  # names come from files of others
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


class FilmReport(NamedTuple):
    """A page that was written, and what a list of films says of it."""

    clip: str
    sentence: str
    thumbnail: str
    """A picture as a data URI."""
    path: Path


def write(
    path: Path,
    data: Dataset,
    clip: str,
    said: Mapping[str, pd.DataFrame],
    clock: Clock,
    about: Mapping[str, str],
    beside: Mapping[str, Path],
    notes: Sequence[str] = (),
) -> FilmReport:
    """Write the page about one clip, atomically.

    Parameters
    ----------
    said : name of a model -> columns clip, frame, answer and the probabilities, as of
        :func:`gymlib.prediction.videos.predict`; the first one's segments are shown.
    clock : the clip's frames in time.
    about : name of a model -> a sentence about what taught it.
    beside : what a file beside the page is -> the file.
    notes : further sentences about what to trust.

    Raises what :func:`gymlib.plots.overlay.draw_stills` raises.
    """
    attempt, scale = data.clip(clip), Scale.of(clock)
    answers = {name: answers_of(table, clip, len(attempt)) for name, table in said.items()}
    segments = {name: found(*own, scale) for name, own in answers.items()}
    rows = next(iter(segments.values()))
    cards, thumbnail = _cards(data, attempt, rows[:SHOWN], scale)
    people = {} if attempt.labels is None else {"people": attempt.labels}
    timelines = people | {name: codes for name, (codes, _) in answers.items()}
    probabilities = {name: own for name, (_, own) in answers.items()}
    what = sentence(rows, scale)
    text = PAGES.get_template("film.html").render(
        name=clip,
        sentence=what,
        facts=_facts(data, attempt, scale),
        cards=cards,
        hidden=len(rows) - len(cards),
        chart=chart(timelines, probabilities, attempt.detected, scale),
        timed=scale.timed,
        tables=segments,
        measured=_measured(attempt, next(iter(answers.values()))[0]),
        trust=[*trust(attempt, rows, scale, about, timelines), *notes],
        beside=links(beside, path),
        classes=CLASSES,
        colours=COLOURS,
    )
    write_text(path, text)
    return FilmReport(clip, what, thumbnail, path)


def told(data: Dataset, clip: str, said: pd.DataFrame, clock: Clock) -> str:
    """What a model found in a clip, in one sentence, in the time of its film."""
    scale = Scale.of(clock)
    scale = scale._replace(borders=scale.borders + scale.timed * data.begins[clip])
    return sentence(found(*answers_of(said, clip, clock.frames), scale), scale)


def _cards(
    data: Dataset, attempt: Attempt, rows: Sequence[Found], scale: Scale
) -> tuple[list[dict], str]:
    """Of each segment its first and middle frame; and the picture that stands for the film."""
    from gymlib.plots import overlay  # seconds to load, which a sentence need not wait for

    moments = [dict.fromkeys([row.first, (row.first + row.last) // 2]) for row in rows]
    frames = [frame for own in moments for frame in own]
    stills = dict(zip(frames, overlay.draw_stills(data, attempt.name, frames)))
    cards = []
    for row, own in zip(rows, moments):
        words = ("first frame", "middle") if len(own) > 1 else ("only frame",)
        pictures = [
            {
                "source": data_uri(stills[frame]),
                "words": f"{word}, {frame}",
                "pose": bool(attempt.detected[frame]),
            }
            for word, frame in zip(words, own)
        ]
        when = scale.say(row.first, row.last)
        cards.append({"label": row.label, "when": when, "pictures": pictures})
    best = next((k for k, row in enumerate(rows) if row.label == CLASSES[SKILL]), 0)
    return cards, data_uri(stills[list(moments[best])[-1]], THUMBNAIL)


def _measured(attempt: Attempt, codes: Int[np.ndarray, " frames"]) -> list[dict]:
    """What is measured on the first attempts of a clip by a model's labels."""
    return [
        {
            "name": measured.named(row),
            "picture": uri(measured.picture(attempt, row, codes), "png"),
            "lines": measured.lines(row),
        }
        for row in measure(attempt, codes)[:MEASURED]
    ]


def _facts(data: Dataset, attempt: Attempt, scale: Scale) -> str:
    width, height = attempt.size
    begin = data.begins.get(attempt.name, 0.0)
    parts = [f"from {begin:.2f} s of {attempt.video}"] if begin else []
    parts += [f"{width:g} × {height:g} pixels", f"{len(attempt)} frames"]
    if scale.timed:
        parts += [f"{scale.borders[-1]:.2f} s", f"{attempt.fps:.4g} frames per second"]
    return ", ".join(parts)


def trust(
    attempt: Attempt,
    rows: Sequence[Found],
    scale: Scale,
    about: Mapping[str, str],
    timelines: Mapping[str, np.ndarray],
) -> list[str]:
    """What speaks for and against the labels of the first model, in sentences.

    Parameters
    ----------
    rows : the first model's segments, as :func:`gymlib.prediction.film_report.findings.found`
        gives them.
    about : name of a model -> a sentence about what taught it.
    timelines : name of a model -> its label codes, to be compared with people's, if there are any.
    """
    says = pose_sentences(attempt.detected, scale)
    sure = [row for row in rows if np.isfinite(row.confidence)]
    if sure:
        mean = np.average([r.confidence for r in sure], weights=[r.frames for r in sure])
        least = min(sure, key=lambda row: row.confidence)
        says.append(f"The labels have a probability of {mean:.0%} on average")
        if len(sure) > 1:
            which = f"{least.label}, {scale.say(least.first, least.last)}"
            says[-1] += f", the least sure segment ({which}) of {least.confidence:.0%}"
        says[-1] += ". That is how sure the networks are, not how often they are right."
    says += about.values()
    known = None if attempt.labels is None else attempt.labels != UNLABELED_CODE
    if known is not None and known.any():
        for name in about:
            right = np.mean(timelines[name][known] == attempt.labels[known])
            which = f" ({name})" if len(about) > 1 else ""
            says.append(
                f"People have labelled {known.sum()} frames; {right:.0%} of their labels are the "
                f"same{which}."
            )
    return says


def links(files: Mapping[str, Path], page: Path) -> dict[str, str]:
    """What a file is -> its address as seen from the page."""
    seen = {what: os.path.relpath(file, page.parent) for what, file in files.items()}
    return {what: quote(Path(address).as_posix()) for what, address in seen.items()}
