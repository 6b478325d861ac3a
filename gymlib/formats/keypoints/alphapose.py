"""AlphaPose's ``alphapose-results.json`` (Fang et al. 2022): a list of people, each with its frame.

A person has ``image_id`` ("12.jpg": frame 12), ``keypoints`` (x, y in pixels, confidence) of COCO
(17), Halpe (26 or 136) or COCO WholeBody (133), ``score`` and, if people were tracked, ``idx``.
"""

import re
from pathlib import Path

from gymlib.formats.keypoints.found import Body, Found, placed, read_json, triples
from gymlib.formats.keypoints.skeletons import COCO_17, COCO_133, HALPE_26, HALPE_136
from gymlib.formats.segments import Reading

SKELETONS = {
    17: ("COCO", COCO_17), 26: ("Halpe 26", HALPE_26), 133: ("COCO WholeBody", COCO_133),
    136: ("Halpe 136", HALPE_136),
}  # fmt: skip


def read(source: Path, reading: Reading, least: float = 0.0) -> list[Found]:
    """The films of such files, one each; faults go to ``reading``.

    Parameters
    ----------
    source : a file, or a folder whose JSON files are read.
    least : confidence from which on a point counts as seen.
    """
    files = sorted(source.rglob("*.json")) if source.is_dir() else [source]
    if not files:
        reading.fault(str(source), None, "expected alphapose-results.json, or a folder with it")
    return [found for file in files if (found := _film(file, reading, least))]


def _film(file: Path, reading: Reading, least: float) -> Found | None:
    people = read_json(file, reading)
    if people is None:
        return None
    if not isinstance(people, list):
        message = "expected a list of people as of AlphaPose; its formats cmu and open are others: "
        return reading.fault(file.name, None, f"{message}open is read as openpose")
    frames: dict[int, list[Body]] = {}
    names = set()
    for number, one in enumerate(people, start=1):
        frame = _frame(one, number, file, reading)
        if frame is None:
            continue
        where = f"entry {number}, frame {frame}"
        values = triples(one.get("keypoints"), file.name, where, SKELETONS, reading)
        if values is None:
            continue
        name, points = SKELETONS[len(values)]
        names.add(name)
        who = str(one.get("idx", ""))
        frames.setdefault(frame, []).append(Body(placed(values, points, least), who))
    if len(names) > 1:
        return reading.fault(file.name, None, f"people with {' and '.join(sorted(names))}")
    hints = (file.parent.name, file.stem)  # the file's name is always the same
    skeleton = f"AlphaPose {names.pop()}" if names else "AlphaPose"
    return Found(file.name, hints, skeleton, frames)


def _frame(one, number: int, file: Path, reading: Reading) -> int | None:
    """Number of the frame in the name of its picture, the last one in it."""
    image = one.get("image_id") if isinstance(one, dict) else None
    digits = re.findall(r"[0-9]+", Path(str(image)).stem) if isinstance(image, str | int) else []
    if not digits:
        message = f"entry {number}: expected image_id with the frame's number, as 12.jpg, found "
        return reading.fault(file.name, None, f"{message}{image!r}")
    return int(digits[-1])
