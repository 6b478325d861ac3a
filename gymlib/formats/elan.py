"""Annotation files of ELAN (.eaf), one per clip with one tier per annotator, through pympi.

ELAN keeps times in whole milliseconds (:mod:`gymlib.formats.clock` says how frames come back).
A tier's annotations are the annotator's runs, their values the labels. Comments are annotations
of a dependent tier ``<annotator>-comment``, ELAN's form of a remark on another annotation. Other
tiers of a file that was made in ELAN may be left out by naming the annotator to take.

An .eaf file is XML from strangers. pympi reads it with Python's expat, which loads no external
entities, but expands internal ones; no .eaf has a document type, so files with one are refused
before pympi sees them.
"""

import re
from pathlib import Path
from urllib.parse import unquote, urlparse
from xml.etree import ElementTree
from xml.parsers import expat

from pympi import Elan

from gymlib.files.atomic import write_text
from gymlib.formats.clock import Clock
from gymlib.formats.segments import LARGEST, LEFT_OUT, Reading, Run, joined
from gymlib.labels import CLASSES

COMMENT = "-comment"
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TYPES = {"label": None, "comment": "Symbolic_Association"}


# --- writing ----------------------------------------------------------------------------------


def write(path: Path, runs: list[Run], clock: Clock, media: str = "") -> None:
    """The runs of all annotators of one clip.

    Parameters
    ----------
    media : path of the video as seen from the file, which ELAN opens with it.

    Raises ValueError if the clip has neither a video nor a frame rate, or a comment holds a
    character that XML cannot carry.
    """
    if clock.borders is None:
        raise ValueError(
            f"clip {clock.clip}: ELAN needs times, but neither a video nor a frame rate is known; "
            "give one (fps), or use the per-frame or BORIS table"
        )
    document = _empty(media)
    for run in runs:
        _add(document, run, *(round(1000 * clock.time(b)) for b in (run.start, run.end + 1)))
    document.add_property("lastUsedAnnotationId", document.maxaid)
    tree = Elan.to_adocument(document)
    write_text(path, ElementTree.tostring(tree, encoding="unicode", xml_declaration=True))


def _empty(media: str) -> Elan.Eaf:
    document = Elan.Eaf(author="gymlib")
    document.remove_tier("default")
    document.header = {"MEDIA_FILE": "", "TIME_UNITS": "milliseconds"}  # the schema asks for both
    document.properties = []
    for name, constraint in _TYPES.items():
        document.add_linguistic_type(name, constraint, timealignable=constraint is None)
    if media:
        document.add_linked_file(media, relpath=media, mimetype="video/mp4")
    return document


def _add(document: Elan.Eaf, run: Run, begin: int, end: int) -> None:
    if run.annotator not in document.tiers:
        document.add_tier(run.annotator, "label", ann=run.annotator)
    document.add_annotation(run.annotator, begin, end, run.label)
    if not run.comment:
        return
    if _ILLEGAL.search(run.comment):
        raise ValueError(
            f"annotator {run.annotator}, clip {run.clip}, frame {run.start}: the comment holds a "
            "control character, which XML cannot carry; remove it"
        )
    tier = run.annotator + COMMENT
    if tier not in document.tiers:
        document.add_tier(tier, "comment", parent=run.annotator, ann=run.annotator)
    document.add_ref_annotation(tier, run.annotator, (begin + end) // 2, run.comment)


# --- reading ----------------------------------------------------------------------------------


def read(path: Path, reading: Reading) -> None:
    """Add the runs and faults of one file to ``reading``.

    The clip is the file's name without its ending, or else its linked video. Every independent
    tier with annotations is an annotator; ``reading.annotator`` takes that one alone. A row of a
    fault is the annotation's number in its tier, as in ELAN's grid.
    """
    path = Path(path)
    document = _parse(path, reading)
    if document is None:
        return
    media = [unquote(urlparse(m.get("MEDIA_URL", "")).path) for m in document.media_descriptors]
    clip = reading.clip(path.name, None, path.stem, *media)
    if clip is None:
        return
    if reading.clocks[clip].borders is None:
        reading.fault(path.name, None, f"clip {clip}: its frame rate is unknown; give one (fps)")
        return
    units = document.header.get("TIME_UNITS", "milliseconds")
    if units != "milliseconds":
        reading.fault(path.name, None, f"times in {units}; save it with ELAN, in milliseconds")
        return
    tiers = {name: tier for name, tier in document.tiers.items() if _independent(tier)}
    if reading.annotator is not None and reading.annotator not in tiers:
        found = ", ".join(tiers) or "none"
        message = f"no tier {reading.annotator!r} with annotations; tiers with any: {found}"
        reading.fault(path.name, None, message)
    for name in tiers:
        if reading.annotator in (None, name) and reading.person(name, path.name):
            _read_tier(path.name, document, name, clip, reading)


def _independent(tier) -> bool:
    aligned, _, attributes, _ = tier
    return bool(aligned) and not attributes.get("PARENT_REF")


def _parse(path: Path, reading: Reading) -> Elan.Eaf | None:
    if path.stat().st_size > LARGEST:
        return reading.fault(path.name, None, f"larger than {LARGEST} bytes")
    try:
        _refuse_document_types(path.read_bytes())
        document = Elan.Eaf(str(path), suppress_version_warning=True)
        _origin(document)  # a number, if it is there
        return document
    except (expat.ExpatError, ValueError) as error:
        return reading.fault(path.name, None, f"cannot be read as an ELAN file: {error}")
    except (KeyError, IndexError, TypeError) as error:  # XML of another kind
        missing = f"something is missing ({error})"
        return reading.fault(path.name, None, f"cannot be read as an ELAN file: {missing}")


def _refuse_document_types(content: bytes) -> None:
    """ValueError if the XML declares a document type, and with it entities; ExpatError if bad."""

    def refuse(name, *_):
        raise ValueError(f"it has a document type ({name}), which ELAN files never have")

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    parser.Parse(content, True)


def _read_tier(file, document, annotator, clip, reading) -> None:
    aligned = document.tiers[annotator][0]
    times = {key: [document.timeslots.get(slot) for slot in a[:2]] for key, a in aligned.items()}
    order = sorted(aligned, key=lambda key: (times[key][0] is None, times[key][0] or 0))
    comments = _comments(document, annotator)
    clock, where = reading.clocks[clip], f"{file}, tier {annotator}"
    origin = _origin(document)
    for row, key in enumerate(order, start=1):
        value, (begin, end) = aligned[key][2].strip(), times[key]
        label = reading.label(value)
        if label == LEFT_OUT:
            continue
        if label is None:
            message = f"{value!r} is no label; expected {', '.join(CLASSES)}, or what it means: "
            message += f"{value}=skill, {value}= to leave it out"
            reading.fault(where, row, message, lost=(annotator, clip))
            continue
        if begin is None or end is None:
            message = f"{label} has no time; align it in ELAN"
            reading.fault(where, row, message, lost=(annotator, clip))
            continue
        try:
            start, stop = (clock.border((t + origin) / 1000) for t in (begin, end))
        except ValueError as error:
            reading.fault(where, row, f"clip {clip}: {error}", lost=(annotator, clip))
            continue
        if stop <= start:
            message = f"clip {clip}: {label} covers no frame ({begin} to {end} ms)"
            reading.fault(where, row, message, lost=(annotator, clip))
            continue
        comment = joined(*comments.get(key, []))
        reading.runs.append(Run(clip, annotator, start, stop - 1, label, comment, where, row))


def _origin(document: Elan.Eaf) -> int:
    """Milliseconds of the video at which ELAN's time begins (synchronised media)."""
    media = document.media_descriptors
    return int(media[0].get("TIME_ORIGIN") or 0) if media else 0


def _comments(document: Elan.Eaf, annotator: str) -> dict[str, list[str]]:
    """Annotation -> the values that refer to it in tiers that depend on the annotator's."""
    found: dict[str, list[str]] = {}
    for _, references, attributes, _ in document.tiers.values():
        if attributes.get("PARENT_REF") == annotator:
            for parent, value, *_ in references.values():
                found.setdefault(parent, []).append(value)
    return found
