"""What :mod:`gymlib.prediction.videos` found, to look at: overlay videos, a page for each clip."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from gymlib.dataset import Dataset
from gymlib.files import lock
from gymlib.files.progress import progress
from gymlib.files.tables import read_table
from gymlib.pose import Person
from gymlib.prediction import exchange, film_report, pretrained
from gymlib.prediction.ensemble import folder
from gymlib.prediction.film_report import FilmReport
from gymlib.prediction.videos import measurements


def page(data: Dataset, source: str, reports: Sequence[FilmReport]) -> FilmReport:
    """The page to look at first: the only report, or index.html, written now, which lists all.

    Parameters
    ----------
    source : whose labels it tells, where the clips are the attempts of one film.
    reports : as of :func:`draw`.
    """
    if len(reports) == 1:
        return reports[0]
    table, index = read_table(folder(data) / f"{source}.parquet"), folder(data) / "index.html"
    return film_report.write_overview(index, data, table, reports, measurements(data))


def draw(data: Dataset, sources: Iterable[str]) -> list[FilmReport]:
    """Overlay videos and a page about each clip, from the tables that labelling has written.

    Writes overlay/<clip>.mp4 and report/<clip>.html into results/application/ in the data set's
    folder.

    Parameters
    ----------
    sources : what taught the models, as it was told.
    """
    from gymlib.plots import overlay  # seconds to load; labels need not wait for it
    from gymlib.pose import others

    place = folder(data)
    with lock.hold(place, "predictions"):
        tables = {name: read_table(place / f"{name}.parquet") for name in sources}
        drawn = {_title(name): table for name, table in tables.items()}
        about = dict(zip(drawn, map(_taught_by, tables)))
        times, _ = exchange.clocks(data)
        clips, reports = data.clips["clip"], []
        for clip in progress(clips, desc="overlays", unit="clip", disable=len(clips) == 1):
            notes = []
            if data.video(clip) is not None:
                film, beside = place / "overlay" / f"{clip}.mp4", others.of_clip(data, clip)
                overlay.write_overlay(data, clip, film, drawn, others.by_frame(beside))
                if len(beside):
                    fps, begin = data.clip(clip).fps, data.begins[clip]
                    notes = [_somebody_else(others.clearest(beside, fps), begin)]
            file, files = place / "report" / f"{clip}.html", _beside(place, clip, tables)
            reports.append(
                film_report.write(file, data, clip, drawn, times[clip], about, files, notes)
            )
    return reports


def _somebody_else(person: Person, begin: float) -> str:
    """That others are in the film, and how to follow one; ``begin`` is the clip's, in seconds."""
    where = f"{person.x:.2f},{person.y:.2f},{begin + person.seconds:.2f}"
    return (
        "Somebody else is in the picture as well, drawn in grey in the film with the skeleton. If "
        f"that is the one to follow, say so: PERSON={where} with make, --person {where} without."
    )


def _title(source: str) -> str:
    """What a source's timeline is called."""
    if source == pretrained.NAME or pretrained.goes_on(source):
        return ", then ".join(["model", *pretrained.goes_on(source)])
    return f"trained on {source}"


def _taught_by(source: str) -> str:
    if source == pretrained.NAME:
        return pretrained.about()
    if more := pretrained.goes_on(source):
        return (
            f"Labels called “{_title(source)}” are those of the networks of the package after they "
            f"have learnt from the labelled clips of {' and '.join(more)}."
        )
    return f"The labels of other networks, trained on the clips of {source}, have its name."


def _beside(place: Path, clip: str, sources: Iterable[str]) -> dict[str, Path]:
    """What a report points to -> the file, of those that there are."""
    files = {"film with the skeleton": place / "overlay" / f"{clip}.mp4"}
    files |= {f"segments for BORIS, {name}": place / "boris" / f"{name}.tsv" for name in sources}
    files["segments for ELAN"] = place / "elan" / f"{clip}.eaf"
    files |= {
        "measurements as a table": place / "measurements.csv",
        "segments as a table": place / "segments.csv",
        "frames as a table": place / "labels.csv",
    }
    return {what: file for what, file in files.items() if file.is_file()}
