"""A data set's annotations out to other programs' files, and back in."""

import os
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from gymlib.annotation import annotator_file, checks
from gymlib.annotation import reading as annotation_reading
from gymlib.annotation.checks import AnnotationError
from gymlib.annotation.reading import read_annotation
from gymlib.dataset import Dataset
from gymlib.files.formulas import guarded_table
from gymlib.files.progress import progress
from gymlib.files.tables import write_table
from gymlib.formats import boris, clock, elan, frames
from gymlib.formats.segments import LabelledSegment, Reading, by_person, from_tables, to_tables

_TABLES = (".tsv", ".csv", ".txt")
_READ = {
    "boris": (boris.read, _TABLES),
    "boris-tabular": (boris.read, _TABLES),
    "elan": (elan.read, (".eaf",)),
    "frames": (frames.read, (".csv",)),
}
FORMATS = tuple(_READ)
"""BORIS's aggregated and tabular events, ELAN files, and one row per frame."""


@dataclass
class Taken:
    """What an import added, for the person who ran it; segments and clips by annotator."""

    dataset: str
    files: int
    segments: dict[str, int] = field(default_factory=dict)
    clips: dict[str, int] = field(default_factory=dict)
    replaced: list[str] = field(default_factory=list)
    rows: list[str] = field(default_factory=list)
    """Of a dry run: what each row became, and every fault."""

    def __str__(self) -> str:
        lines = [f"Data set {self.dataset}: annotations from {self.files} files"]
        lines += [*self.rows, "nothing was written"] if self.rows else []
        for who, number in self.segments.items():
            lines.append(f"{who}: {number} segments in {self.clips[who]} clips")
        lines += [f"replaced: {', '.join(self.replaced)}"] if self.replaced else []
        return "\n".join(lines)


def export(
    data: Dataset, form: str, out: Path | None = None, fps: float | None = None
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
    segments = from_tables(annotation_reading.read(data, every_clip=False))
    out = Path(out) if out else data.folder / "exchange" / form
    return write(data, form, segments, clock.read(data, fps, form != "frames"), out)


def write(
    data: Dataset, form: str, segments: list[LabelledSegment], clocks: Mapping, out: Path
) -> list[Path]:
    """Write segments of a data set's clips, whoever set them, as :func:`export` does.

    Raises ValueError for another format, and what the formats' own ``write`` raise.
    """
    _known(form)
    if form == "frames":
        frames.write(out / "frames.csv", segments, clocks)
        return [out / "frames.csv"]
    key, suffix = ("clip", "eaf") if form == "elan" else ("annotator", "tsv")
    groups: dict[str, list[LabelledSegment]] = {}
    for segment in segments:
        groups.setdefault(getattr(segment, key), []).append(segment)
    files = {name: out / f"{name}.{suffix}" for name in groups}
    named = list(groups.items())
    for name, own in progress(named, desc="files", unit="file", disable=len(named) < 2):
        if form == "elan":
            media = clocks[name].media
            seen = Path(os.path.relpath(data.folder / media, out)).as_posix() if media else ""
            elan.write(files[name], own, clocks[name], seen)
        else:
            boris.write(files[name], own, clocks, aggregated=form == "boris")
    return list(files.values())


def take(
    data: Dataset,
    form: str,
    source: Path,
    *,
    annotator: str | None = None,
    names: dict[str, str] | None = None,
    gaps: str | None = None,
    fps: float | None = None,
    replace: bool = False,
    dry_run: bool = False,
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
    dry_run : say of each row what it would become, and list the faults; nothing is written.

    Raises AnnotationError listing every fault with file and row.
    """
    _known(form)
    reading = Reading(clock.read(data, fps, form != "frames"), names or {}, annotator)
    read, suffixes = _READ[form]
    sources = _files(Path(source), suffixes)
    for file in sources:
        read(file, reading)
    segments = reading.complete(gaps)
    new, taken = by_person(segments), Taken(data.name, len(sources))
    for (who, _), own in sorted(new.items()):
        taken.segments[who] = taken.segments.get(who, 0) + len(own)
        taken.clips[who] = taken.clips.get(who, 0) + 1
    if not segments and not reading.faults:
        reading.fault(str(source), None, "holds no annotation")
    with ExitStack() as locks:
        for who in taken.segments:
            locks.enter_context(annotator_file.held(data, who))
        tables = _merged(data, new, reading, taken, replace)
        if dry_run:
            taken.rows = [*map(_told, segments), *map(str, reading.faults)]
            return taken
        if reading.faults:
            raise AnnotationError(reading.faults)
        _checked(data, {who: table.astype(str) for who, table in tables.items()})  # can be read
        for who, table in tables.items():
            write_table(data.annotation(who), guarded_table(table))
    return taken


def _told(segment: LabelledSegment) -> str:
    clip, who, start, end, label, _, file, row, kind = segment
    label = f"{label} ({kind})" if kind else label
    return f"{file}, row {row}: {who}, clip {clip}: frames {start} to {end} are {label}"


def meaning(text: str) -> tuple[str, str]:
    """What another name means, as a command line says it. Raises ValueError without a sign.

    >>> meaning("jump=skill")
    ('jump', 'skill')
    """
    name, sign, label = text.rpartition("=")
    if not sign:
        raise ValueError(f"--names expects NAME=LABEL or NAME= to leave it out, found {text!r}")
    return name, label


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


def _checked(data: Dataset, tables: dict) -> dict:
    """The tables of some annotators, whoever else should have labelled the clips."""
    clips = data.clips.drop(columns="annotators", errors="ignore")
    return checks.check(tables, clips, every_clip=False)


def _merged(
    data: Dataset, new: dict, reading: Reading, taken: Taken, replace: bool
) -> dict[str, pd.DataFrame]:
    """What the annotators have and what is new as one table each, in the order of the clips.

    Other labels in the same clip are noted as replaced; without ``replace`` they are faults.
    """
    files = {who: data.annotation(who) for who in taken.segments}
    there = {who: read_annotation(file) for who, file in files.items() if file.is_file()}
    old = by_person(from_tables(_checked(data, there)) if there else [])
    for (who, clip), own in new.items():
        before = old.get((who, clip), own)
        if [(*s[2:6], s.kind) for s in before] == [(*s[2:6], s.kind) for s in own]:
            continue
        taken.replaced.append(f"{who} in {clip}")
        if not replace:
            message = f"clip {clip}: {who} has other labels there already; replace them (replace)"
            reading.fault(own[0].file, None, f"{message}, or import another name")
    order, together = {clip: i for i, clip in enumerate(reading.clocks)}, old | new
    keys = sorted(together, key=lambda key: order[key[1]])
    return to_tables(segment for key in keys for segment in together[key])
