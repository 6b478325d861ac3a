"""Annotation files of ELAN (.eaf), one per clip with one tier per annotator, through pympi.

ELAN keeps times in whole milliseconds (:mod:`gymlib.formats.clock` says how frames come back).
A tier's annotations are the annotator's segments, their values the labels. Comments are
annotations of a dependent tier ``<annotator>-comment``, ELAN's form of a remark on another
annotation. Other tiers of a file that was made in ELAN may be left out by naming the annotator to
take.

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
from gymlib.formats.segments import LEFT_OUT, LabelledSegment, Reading, joined
from gymlib.labels import CLASSES

COMMENT = "-comment"
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TYPES = {"label": None, "comment": "Symbolic_Association"}


# --- writing ----------------------------------------------------------------------------------


def write(path: Path, segments: list[LabelledSegment], clock: Clock, media: str = "") -> None:
    """The segments of all annotators of one clip.

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
    document = Elan.Eaf(author="gymlib")
    document.remove_tier("default")
    document.header = {"MEDIA_FILE": "", "TIME_UNITS": "milliseconds"}  # the schema asks for both
    document.properties = []
    for name, constraint in _TYPES.items():
        document.add_linguistic_type(name, constraint, timealignable=constraint is None)
    if media:
        document.add_linked_file(media, relpath=media, mimetype="video/mp4")
    for segment in segments:
        borders = segment.start, segment.end + 1
        _add(document, segment, *(round(1000 * clock.time(border)) for border in borders))
    document.add_property("lastUsedAnnotationId", document.maxaid)
    tree = Elan.to_adocument(document)
    write_text(path, ElementTree.tostring(tree, encoding="unicode", xml_declaration=True))


def _add(document: Elan.Eaf, segment: LabelledSegment, begin: int, end: int) -> None:
    who, comment = segment.annotator, segment.comment
    if who not in document.tiers:
        document.add_tier(who, "label", ann=who)
    document.add_annotation(who, begin, end, segment.label)
    if not comment:
        return
    if _ILLEGAL.search(comment):
        raise ValueError(
            f"annotator {who}, clip {segment.clip}, frame {segment.start}: the comment holds a "
            "control character, which XML cannot carry; remove it"
        )
    if who + COMMENT not in document.tiers:
        document.add_tier(who + COMMENT, "comment", parent=who, ann=who)
    document.add_ref_annotation(who + COMMENT, who, (begin + end) // 2, comment)


# --- reading ----------------------------------------------------------------------------------


def read(path: Path, reading: Reading) -> None:
    """Add the segments and faults of one file to ``reading``.

    The clip is the file's name without its ending, or else its linked video. Every independent
    tier with annotations is an annotator; ``reading.annotator`` takes that one alone. A row of a
    fault is the annotation's number in its tier, as in ELAN's grid.
    """
    path = Path(path)
    document = _parse(path, reading) if reading.small(path) else None
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
    tiers = [
        name
        for name, (aligned, _, attributes, _) in document.tiers.items()
        if aligned and not attributes.get("PARENT_REF")  # independent, with annotations
    ]
    if reading.annotator is not None and reading.annotator not in tiers:
        found = ", ".join(tiers) or "none"
        message = f"no tier {reading.annotator!r} with annotations; tiers with any: {found}"
        reading.fault(path.name, None, message)
    for name in tiers:
        if reading.annotator in (None, name) and reading.person(name, path.name):
            _read_tier(path.name, document, name, clip, reading)


def _parse(path: Path, reading: Reading) -> Elan.Eaf | None:
    try:
        _refuse_document_types(path.read_bytes())
        document = Elan.Eaf(str(path), suppress_version_warning=True)
        _origin(document)  # a number, if it is there
        return document
    except (expat.ExpatError, ValueError) as error:
        why = str(error)
    except (KeyError, IndexError, TypeError) as error:  # XML of another kind
        why = f"something is missing ({error})"
    return reading.fault(path.name, None, f"cannot be read as an ELAN file: {why}")


def _refuse_document_types(content: bytes) -> None:
    """ValueError if the XML declares a document type, and with it entities; ExpatError if bad."""

    def refuse(name, *_):
        raise ValueError(f"it has a document type ({name}), which ELAN files never have")

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    parser.Parse(content, True)


def _origin(document: Elan.Eaf) -> int:
    """Milliseconds of the video at which ELAN's time begins (synchronised media)."""
    media = document.media_descriptors
    return int(media[0].get("TIME_ORIGIN") or 0) if media else 0


def _read_tier(file: str, document: Elan.Eaf, annotator: str, clip: str, reading: Reading) -> None:
    aligned = document.tiers[annotator][0]
    times = {key: [document.timeslots.get(slot) for slot in a[:2]] for key, a in aligned.items()}
    order = sorted(aligned, key=lambda key: (times[key][0] is None, times[key][0] or 0))
    comments = _comments(document, annotator)
    where, origin = f"{file}, tier {annotator}", _origin(document)
    for row, key in enumerate(order, start=1):
        value = aligned[key][2].strip()
        label = reading.label(value)
        if label == LEFT_OUT:
            continue
        try:
            if label is None:
                raise ValueError(
                    f"{value!r} is no label; expected {', '.join(CLASSES)}, or what it means: "
                    f"{value}=skill, {value}= to leave it out"
                )
            start, stop = _frames(reading.clocks[clip], label, times[key], origin)
        except ValueError as error:
            reading.fault(where, row, str(error), lost=(annotator, clip))
            continue
        comment = joined(*comments.get(key, []))
        segment = LabelledSegment(clip, annotator, start, stop - 1, label, comment, where, row)
        reading.segments.append(segment)


def _frames(clock: Clock, label: str, times: list[int | None], origin: int) -> tuple[int, int]:
    """First frame, and the one after the last, of times in milliseconds; ValueError if none."""
    if None in times:
        raise ValueError(f"{label} has no time; align it in ELAN")
    try:
        start, stop = (clock.border((time + origin) / 1000) for time in times)
    except ValueError as error:
        raise ValueError(f"clip {clock.clip}: {error}") from None
    if stop <= start:
        covered = f"{label} covers no frame ({times[0]} to {times[1]} ms)"
        raise ValueError(f"clip {clock.clip}: {covered}")
    return start, stop


def _comments(document: Elan.Eaf, annotator: str) -> dict[str, list[str]]:
    """Annotation -> the values that refer to it in tiers that depend on the annotator's."""
    found: dict[str, list[str]] = {}
    for _, references, attributes, _ in document.tiers.values():
        if attributes.get("PARENT_REF") == annotator:
            for parent, value, *_ in references.values():
                found.setdefault(parent, []).append(value)
    return found
