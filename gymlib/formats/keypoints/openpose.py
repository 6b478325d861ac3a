"""OpenPose's JSON (Cao et al. 2019): a file per frame, ``<film>_000000000012_keypoints.json``.

Each has ``people``, each of them ``pose_keypoints_2d``: x, y, confidence of 25 points (BODY_25) or
18 (COCO), 0 for a point that was not found. x and y are pixels of the film, or with
``--keypoint_scale`` 3 and 4 shares of the picture, 0 to 1 or -1 to 1. AlphaPose's format "open"
is the same.
"""

import re
from pathlib import Path

import numpy as np

from gymlib.formats.keypoints.found import Body, Found, placed, read_json, triples
from gymlib.formats.keypoints.skeletons import BODY_25, COCO_18
from gymlib.formats.segments import Reading

SKELETONS = {25: ("BODY_25", BODY_25), 18: ("COCO", COCO_18)}
_NAME = re.compile(r"(?P<film>.*?)_?(?P<frame>[0-9]+)(_keypoints)?[.]json", re.IGNORECASE)
LIMIT = 2.0
"""No film is so small that all pixels of a body are below; shares of the picture all are."""


def read(source: Path, reading: Reading, least: float = 0.0) -> list[Found]:
    """The films of a folder of such files, and of the folders in it; faults go to ``reading``.

    Parameters
    ----------
    least : confidence from which on a point counts as seen.
    """
    files = sorted(source.rglob("*.json")) if source.is_dir() else [source]
    films: dict[tuple[Path, str], list[tuple[int, Path]]] = {}
    for file in files:
        if named := _NAME.fullmatch(file.name):
            films.setdefault((file.parent, named["film"]), []).append((int(named["frame"]), file))
    if not films:
        message = "expected a folder with a file per frame, as salto_000000000000_keypoints.json "
        message += f"(OpenPose's --write_json), found {len(files)} other JSON files"
        reading.fault(str(source), None, message)
    return [
        found
        for (folder, film), own in films.items()
        if (found := _film(folder, film, own, reading, least))
    ]


def _film(folder: Path, film: str, files, reading: Reading, least: float) -> Found | None:
    frames, sizes, greatest, smallest = {}, set(), 0.0, 0.0
    for frame, file in files:
        if frame in frames:
            reading.fault(file.name, None, f"frame {frame} of {film or folder.name} comes twice")
            continue
        people = _people(file, reading)
        if people is None:
            continue
        sizes |= {len(values) for values in people}
        for values in people:
            seen = values[values[:, 2] > 0]
            greatest = max(greatest, seen[:, :2].max(initial=0))
            smallest = min(smallest, seen[:, :2].min(initial=0))
        frames[frame] = people
    if not frames:
        return None
    if len(sizes) > 1:
        kinds = " and ".join(SKELETONS[size][0] for size in sorted(sizes))
        return reading.fault(str(folder), None, f"{film}: people with {kinds}; one of them only")
    name, points = SKELETONS[sizes.pop()] if sizes else SKELETONS[25]
    scale = "pixels" if greatest > LIMIT or not greatest else "0 to 1"
    scale = "-1 to 1" if scale != "pixels" and smallest < 0 else scale
    bodies = {
        frame: [Body(placed(_found(values), points, least)) for values in people]
        for frame, people in frames.items()
    }
    where = f"{folder.name}/{film}_*.json, {len(files)} files"
    return Found(where, (film, folder.name), f"OpenPose {name}", bodies, scale=scale)


def _people(file: Path, reading: Reading) -> list[np.ndarray] | None:
    content = read_json(file, reading)
    if content is None:
        return None
    people = content.get("people") if isinstance(content, dict) else None
    if not isinstance(people, list) or not all(isinstance(one, dict) for one in people):
        message = 'expected {"people": [...]} as of OpenPose; is it a file of another program?'
        return reading.fault(file.name, None, message)
    lists = [one.get("pose_keypoints_2d", one.get("pose_keypoints")) for one in people]
    named = [(f"person {number}", own) for number, own in enumerate(lists, 1) if own != []]
    found = [triples(own, file.name, where, SKELETONS, reading) for where, own in named]
    return None if any(own is None for own in found) else found


def _found(values: np.ndarray) -> np.ndarray:
    """Without the points that OpenPose did not find: confidence 0, wherever the scale puts 0."""
    return np.where(values[:, 2:] > 0, values, np.nan)
