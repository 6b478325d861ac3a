"""A data set's annotations out to other programs' files, and back in."""

import os
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from gymlib.annotation import annotator_file, checks
from gymlib.annotation import reading as annotation_reading
from gymlib.annotation.checks import AnnotationError, Fault
from gymlib.annotation.reading import read_annotation
from gymlib.dataset.tables import read_clips
from gymlib.files import paths
from gymlib.files.progress import progress
from gymlib.files.tables import write_table
from gymlib.formats import boris, clock, elan, frames
from gymlib.formats.segments import Reading, Run, by_person, from_tables, to_tables

FORMATS = ("boris", "boris-tabular", "elan", "frames")
"""BORIS's aggregated and tabular events, ELAN files, and one row per frame."""
_READ = {
    "boris": (boris.read, (".tsv", ".csv", ".txt")),
    "boris-tabular": (boris.read, (".tsv", ".csv", ".txt")),
    "elan": (elan.read, (".eaf",)),
    "frames": (frames.read, (".csv",)),
}


@dataclass
class Taken:
    """What an import added, for the person who ran it."""

    dataset: str
    files: int
    runs: dict[str, int] = field(default_factory=dict)
    clips: dict[str, int] = field(default_factory=dict)
    replaced: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        lines = [f"Data set {self.dataset}: annotations from {self.files} files"]
        lines += [f"{who}: {n} runs in {self.clips[who]} clips" for who, n in self.runs.items()]
        lines += [f"replaced: {', '.join(self.replaced)}"] if self.replaced else []
        return "\n".join(lines)


def export(
    dataset: str, form: str, out: Path | None = None, fps: float | None = None
) -> list[Path]:
    """Write all annotations of a data set for another program; returns the files.

    BORIS tables have one file per annotator, ELAN files are one per clip, the per-frame table is
    one file. :func:`take` brings each of them back without loss.

    Parameters
    ----------
    form : one of ``FORMATS``.
    out : folder to write to; default data/<dataset>/exchange/<form>.
    fps : frame rate of clips that have neither a video nor one in clips.csv.

    Raises AnnotationError if the annotation files have faults.
    """
    _known(form)
    runs = from_tables(annotation_reading.read(dataset, every_clip=False))
    clocks = clock.read(dataset, fps)
    out = Path(out) if out else paths.dataset(dataset) / "exchange" / form
    if form == "frames":
        frames.write(out / "frames.csv", runs, clocks)
        return [out / "frames.csv"]
    if form == "elan":
        return _export_clips(dataset, runs, clocks, out)
    people = {run.annotator: [] for run in runs}
    for run in runs:
        people[run.annotator].append(run)
    for who, own in people.items():
        boris.write(out / f"{who}.tsv", own, clocks, aggregated=form == "boris")
    return [out / f"{who}.tsv" for who in people]


def _export_clips(dataset: str, runs: list[Run], clocks, out: Path) -> list[Path]:
    clips: dict[str, list[Run]] = {}
    for run in runs:
        clips.setdefault(run.clip, []).append(run)
    folder = paths.dataset(dataset)
    for clip in progress(list(clips), desc="writing ELAN files", unit="clip"):
        media = clocks[clip].media
        seen = Path(os.path.relpath(folder / media, out)).as_posix() if media else ""
        elan.write(out / f"{clip}.eaf", clips[clip], clocks[clip], seen)
    return [out / f"{clip}.eaf" for clip in clips]


def take(
    dataset: str,
    form: str,
    source: Path,
    *,
    annotator: str | None = None,
    names: dict[str, str] | None = None,
    gaps: str | None = None,
    fps: float | None = None,
    replace: bool = False,
) -> Taken:
    """Add another program's annotations to a data set's annotation files.

    Clips and annotators that are there already stay; the same labels once more are no fault.
    Everything is read and checked before anything is written.

    Parameters
    ----------
    source : a file, or a folder whose files of the format's kinds are read.
    annotator : for BORIS who labelled the file (default: its name), for ELAN and the per-frame
        table the one tier or column to take (default: all).
    names : name used there -> label it means, "" to leave it out.
    gaps : label of frames that have none; None makes them faults.
    fps : frame rate of clips that have neither a video nor one in clips.csv.
    replace : let imported labels take the place of others by the same annotator in a clip.

    Raises AnnotationError listing every fault with file and row.
    """
    _known(form)
    reading = Reading(clock.read(dataset, fps), names or {}, annotator)
    files = _files(Path(source), _READ[form][1])
    for file in files:
        _READ[form][0](file, reading)
    runs = reading.complete(gaps)
    people = sorted({run.annotator for run in runs})
    with ExitStack() as locks:
        for who in people:
            locks.enter_context(annotator_file.held(dataset, who))
        old = _present(dataset, people)
        result, replaced = _merged(old, runs, reading, replace)
        if not runs and not reading.faults:
            reading.fault(str(source), None, "holds no annotation")
        if reading.faults:
            raise AnnotationError(reading.faults)
        _write(dataset, result)
    taken = Taken(dataset, len(files), replaced=replaced)
    for (who, _), own in sorted(by_person(runs).items()):
        taken.runs[who] = taken.runs.get(who, 0) + len(own)
        taken.clips[who] = taken.clips.get(who, 0) + 1
    return taken


def _known(form: str) -> None:
    if form not in FORMATS:
        raise ValueError(f"expected a format out of {', '.join(FORMATS)}; found {form!r}")


def _files(source: Path, suffixes: tuple[str, ...]) -> list[Path]:
    if source.is_file():
        return [source]
    found = [f for f in sorted(source.rglob("*")) if f.suffix.lower() in suffixes and f.is_file()]
    found = [file for file in found if not file.name.startswith(".")]
    if not found:
        raise ValueError(f"{source}: expected a file, or a folder with {', '.join(suffixes)} files")
    return found


def _present(dataset: str, people: list[str]) -> list[Run]:
    """Runs that the annotators have in the data set, files checked."""
    files = {who: paths.annotation(dataset, who) for who in people}
    found = {who: read_annotation(file) for who, file in files.items() if file.is_file()}
    clips = read_clips(dataset).drop(columns="annotators", errors="ignore")
    if not found:
        return []
    return from_tables(checks.check(found, clips, every_clip=False))


def _merged(old: list[Run], new: list[Run], reading: Reading, replace: bool):
    """Runs of old and new together, in the order of the clips, and what was replaced."""
    before, after, replaced = by_person(old), by_person(new), []
    for (who, clip), own in after.items():
        there = before.get((who, clip))
        if there is None or [_content(run) for run in there] == [_content(run) for run in own]:
            continue
        replaced.append(f"{who} in {clip}")
        if not replace:
            message = f"clip {clip}: {who} has other labels there already; replace them (replace)"
            reading.faults.append(Fault(own[0].file, None, f"{message}, or import another name"))
    order = {clip: i for i, clip in enumerate(reading.clocks)}
    together = before | after
    keys = sorted(together, key=lambda key: order[key[1]])
    return [run for key in keys for run in together[key]], replaced


def _content(run: Run) -> tuple:
    return run.start, run.end, run.label, run.comment


def _write(dataset: str, runs: list[Run]) -> None:
    tables = to_tables(runs)
    clips = read_clips(dataset).drop(columns="annotators", errors="ignore")
    text = {who: table.astype(str) for who, table in tables.items()}
    checks.check(text, clips, every_clip=False)  # what is written can be read
    for who, table in tables.items():
        write_table(paths.annotation(dataset, who), pd.DataFrame(table))
