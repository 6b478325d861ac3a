"""Annotation files of ELAN (.eaf), one per clip with one tier per annotator, through pympi.

ELAN keeps times in whole milliseconds (:mod:`gymlib.formats.clock` says how frames come back).
A tier's annotations are the annotator's segments, their values the labels. Comments are
annotations of a dependent tier ``<annotator>-comment``, ELAN's form of a remark on another
annotation, and kinds of idle and skill, if somebody gave any, those of ``<annotator>-kind``. Other
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

from gymlib.annotation.checks import kind_faults
from gymlib.files import paths
from gymlib.files.atomic import write_text
from gymlib.formats.clock import Clock
from gymlib.formats.segments import LEFT_OUT, LabelledSegment, Reading, joined
from gymlib.labels import CLASSES

COMMENT, KIND = "-comment", "-kind"
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


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
    document.add_linguistic_type("label")
    document.add_linguistic_type("comment", "Symbolic_Association", timealignable=False)
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
    if segment.kind:
        _refer(document, who, KIND, (begin + end) // 2, segment.kind)
    if _ILLEGAL.search(comment):
        raise ValueError(
            f"annotator {who}, clip {segment.clip}, frame {segment.start}: the comment holds a "
            "control character, which XML cannot carry; remove it"
        )
    if comment:
        _refer(document, who, COMMENT, (begin + end) // 2, comment)


def _refer(document: Elan.Eaf, who: str, suffix: str, at: int, value: str) -> None:
    """Annotate the annotation at a time in a tier that depends on the person's."""
    name = suffix.removeprefix("-")
    if name not in document.linguistic_types:
        document.add_linguistic_type(name, "Symbolic_Association", timealignable=False)
    if who + suffix not in document.tiers:
        document.add_tier(who + suffix, name, parent=who, ann=who)
    document.add_ref_annotation(who + suffix, who, at, value)


# --- reading ----------------------------------------------------------------------------------


def read(path: Path, reading: Reading) -> None:
    """Add the segments and faults of one file to ``reading``.

    The clip is the file's name without its ending, or else its linked video. Every tier with
    annotations of its own times is an annotator, dependent ones too: its property *annotator*
    names the person, or else the tier itself. ``reading.annotator`` takes one alone: the tier or
    person of this name, or whose labels a lone tier holds. A row of a fault is the annotation's
    number in its tier, as in ELAN's grid.
    """
    path = Path(path)
    document = _parse(path, reading) if reading.small(path) else None
    if document is None:
        return
    media = [Path(_medium(descriptor)).stem for descriptor in document.media_descriptors]
    # Other cameras of the same attempt may be clips of their own.
    clip = reading.clip(path.name, None, path.stem, *([] if path.stem in media else media))
    if clip is None:
        return
    if reading.clocks[clip].borders is None:
        reading.fault(path.name, None, f"clip {clip}: its frame rate is unknown; give one (fps)")
        return
    units = document.header.get("TIME_UNITS", "milliseconds")
    if units != "milliseconds":
        reading.fault(path.name, None, f"times in {units}; save it with ELAN, in milliseconds")
        return
    for tier, person in _people(path.name, document, reading).items():
        if reading.person(person, path.name):
            _read_tier(path.name, document, tier, person, clip, reading)


def _people(file: str, document: Elan.Eaf, reading: Reading) -> dict[str, str]:
    """Tier -> whose labels it holds."""
    said = {
        tier: attributes.get("ANNOTATOR", "").strip()
        for tier, (aligned, _, attributes, _) in document.tiers.items()
        if aligned
    }
    people = {tier: paths.nearest_name(name, tier) if name else tier for tier, name in said.items()}
    own = list(people.values())
    people = {tier: name if own.count(name) == 1 else tier for tier, name in people.items()}
    who = reading.annotator
    if who is None:
        return people
    chosen = [tier for tier in said if tier == who] or [t for t in said if said[t] == who]
    chosen = chosen or (list(said) if len(said) == 1 else [])
    if len(chosen) != 1:
        found = ", ".join(said) or "none"
        reading.fault(file, None, f"no tier {who!r} with annotations; tiers with any: {found}")
        return {}
    named = paths.nearest_name(who, "") == who
    return {chosen[0]: who if named else people[chosen[0]]}


def _medium(descriptor: dict) -> str:
    """Path of a linked medium, as on the machine that linked it."""
    return unquote(urlparse(descriptor.get("MEDIA_URL", "")).path).replace("\\", "/")


def _parse(path: Path, reading: Reading) -> Elan.Eaf | None:
    try:
        _refuse_what_pympi_takes(path.read_bytes())
        document = Elan.Eaf(str(path), suppress_version_warning=True)
        _origin(document)  # a number, if it is there
        return document
    except (expat.ExpatError, ValueError) as error:
        why = str(error)
    except (KeyError, IndexError, TypeError) as error:  # XML of another kind
        why = f"something is missing ({error})"
    return reading.fault(path.name, None, f"cannot be read as an ELAN file: {why}")


def _refuse_what_pympi_takes(content: bytes) -> None:
    """ValueError if the XML declares a document type, and with it entities, or names two tiers
    alike, of which pympi would keep one; ExpatError if bad."""
    tiers = set()

    def see(name, attributes):
        if name == "TIER":
            tier = attributes.get("TIER_ID", "")
            if tier in tiers:
                raise ValueError(f"two tiers are named {tier!r}; rename one of them in ELAN")
            tiers.add(tier)

    def refuse(name, *_):
        raise ValueError(f"it has a document type ({name}), which ELAN files never have")

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler, parser.StartElementHandler = refuse, see
    parser.Parse(content, True)


def _origin(document: Elan.Eaf, clip: str = "") -> int:
    """Milliseconds of the clip's video at which ELAN's time begins (synchronised media)."""
    media = document.media_descriptors
    own = [one for one in media if paths.nearest_name(Path(_medium(one)).stem, "") == clip]
    films = [one for one in media if one.get("MIME_TYPE", "").startswith("video")]
    origins = [int(one.get("TIME_ORIGIN") or 0) for one in own or films or media]
    return origins[0] if origins else 0


def _read_tier(
    file: str, document: Elan.Eaf, tier: str, annotator: str, clip: str, reading: Reading
) -> None:
    aligned = document.tiers[tier][0]
    times = {key: [document.timeslots.get(slot) for slot in a[:2]] for key, a in aligned.items()}
    order = sorted(aligned, key=lambda key: (times[key][0] is None, times[key][0] or 0))
    comments, kinds = _remarks(document, tier)
    where, origin = f"{file}, tier {tier}", _origin(document, clip)
    for row, key in enumerate(order, start=1):
        value, kind = aligned[key][2].strip(), kinds.get(key, "")
        label = reading.label(value)
        if label == LEFT_OUT:
            continue
        try:
            if label is None:
                raise ValueError(
                    f"{value!r} is no label; expected {', '.join(CLASSES)}, or what it means: "
                    f"{value}=skill, {value}= to leave it out"
                )
            if wrong := kind_faults(label, kind):
                raise ValueError(f"clip {clip}: {wrong[0]}")
            start, stop = _frames(reading.clocks[clip], label, times[key], origin)
        except ValueError as error:
            reading.fault(where, row, str(error), lost=(annotator, clip))
            continue
        comment = joined(*comments.get(key, []))
        said = (label, comment, where, row, kind)
        reading.segments.append(LabelledSegment(clip, annotator, start, stop - 1, *said))


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


def _remarks(document: Elan.Eaf, tier: str) -> tuple[dict[str, list[str]], dict[str, str]]:
    """Comments and kinds: annotation -> what refers to it in the tiers that depend on this one."""
    comments, kinds = {}, {}
    for name, (_, references, attributes, _) in document.tiers.items():
        if attributes.get("PARENT_REF") == tier:
            for parent, value, *_ in references.values():
                if name == tier + KIND:
                    kinds[parent] = value.strip()
                else:
                    comments.setdefault(parent, []).append(value)
    return comments, kinds
