"""Keypoints of other programs into keypoints.parquet: all is checked before any is written."""

from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from gymlib.annotation.checks import Fault
from gymlib.dataset import Dataset
from gymlib.dataset.keypoints import keypoint_rows
from gymlib.files import lock, paths, provenance
from gymlib.files.atomic import read_json, write_json
from gymlib.formats import clock
from gymlib.formats.keypoints import alphapose, deeplabcut, openpose, sleap
from gymlib.formats.keypoints.film import FilmPoses, poses
from gymlib.formats.keypoints.found import Found
from gymlib.formats.segments import Reading
from gymlib.pose.config import TRACKER, Person, PoseConfig
from gymlib.skeleton import KEYPOINTS

_ORDERED = {"openpose": openpose.read, "alphapose": alphapose.read}
_NAMED = {"deeplabcut": deeplabcut.read, "sleap": sleap.read}
PROGRAMS = (*_ORDERED, *_NAMED)
"""Whose keypoints are read."""
MOST = 20
"""Faults that a message lists."""


class KeypointError(ValueError):
    """Keypoints that cannot be taken; ``faults`` lists everything found."""

    def __init__(self, faults: list[Fault]):
        self.faults = faults
        count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        super().__init__("\n- ".join([f"{count} in the keypoints:", *_listed(faults)]))


def _listed(faults: list[Fault]) -> list[str]:
    rest = [f"and {len(faults) - MOST} more"] if len(faults) > MOST else []
    return [*map(str, faults[:MOST]), *rest]


@dataclass
class TakenKeypoints:
    """What an import of keypoints found, for the person who ran it."""

    dataset: str
    written: bool
    clips: dict[str, list[str]] = field(default_factory=dict)
    """Clip -> what was found of it."""
    faults: list[Fault] = field(default_factory=list)
    """Of a dry run."""

    def __str__(self) -> str:
        lines = [f"Data set {self.dataset}: keypoints of {len(self.clips)} clips"]
        lines += [f"clip {clip}: {line}" for clip, own in self.clips.items() for line in own]
        return "\n".join(
            [*lines, *_listed(self.faults), *([] if self.written else ["nothing was written"])]
        )


def take(
    data: Dataset,
    program: str,
    source: str | Path,
    *,
    names: Mapping[str, str] | None = None,
    person: Person | None = None,
    confidence: float | None = None,
    first: int = 0,
    size: tuple[int, int] | None = None,
    fps: float | None = None,
    replace: bool = False,
    dry_run: bool = False,
) -> TakenKeypoints:
    """Take another program's keypoints for the poses of a data set.

    Points that the program does not know or did not see are NaN; a frame without a hip or a
    shoulder has no pose, nor has any frame of a clip that the program says nothing of. Everything
    is read and checked before anything is written.

    Parameters
    ----------
    program : one of :data:`PROGRAMS`.
    source : a file or folder. Films are found by the names of their clips; where both are alone,
        the film may have any name.
    names : body part of DeepLabCut or SLEAP -> point of BlazePose, "" to leave it out.
    person : whom to follow; None follows the one who moves.
    confidence : from which on a point counts as seen; None: what the program itself takes.
    first : number that the program gives to the first frame.
    size : width and height in pixels, if there are no films: clips.csv is made of the keypoints.
    fps : frame rate of clips that have neither a video nor one in clips.csv.
    replace : let keypoints take the place of others.

    Raises KeypointError listing every fault with file and place, ValueError for another program,
    a source that is not there, a data set that has no clips, an impossible ``fps`` or ``person``.
    """
    if program not in PROGRAMS:
        raise ValueError(f"expected a program out of {', '.join(PROGRAMS)}; found {program!r}")
    if not Path(source).exists():
        raise ValueError(f"{source} is not there; expected a file or folder of {program}")
    clock.check_rate(fps)
    if person:
        PoseConfig(extractor=TRACKER, person=person)  # says what is wrong with a place
    reading = Reading({})
    films = _read(program, Path(source), names, confidence, reading)
    clips = data.clips if data.has("clips.csv") else _made(films, size, fps, first, data)
    reading.clocks = dict.fromkeys(clips["clip"])
    matched = _matched(films, reading)
    found = _poses(data, clips, matched, reading, fps=fps, person=person, first=first)
    extractor = next((film.skeleton.split()[0] for film in matched.values()), "")
    taken = TakenKeypoints(data.name, not dry_run, {clip: own.says for clip, own in found.items()})
    with nullcontext() if dry_run else lock.hold(data.folder, "poses"):
        before = _before(data, found, extractor, replace, reading)
        if dry_run:
            taken.faults = reading.faults
            return taken
        if reading.faults:
            raise KeypointError(reading.faults)
        if not data.has("clips.csv"):
            data.write(clips, "clips.csv")
        tables = [found[c.clip].rows if c.clip in found else _of(before, c)
                  for c in clips.itertuples()]  # fmt: skip
        settings = {"confidence": confidence, "first": first, "person": person}
        _write(data, pd.concat(tables, ignore_index=True), extractor, settings)
    return taken


def size(text: str) -> tuple[int, int]:
    """Width and height of pictures, as a command line says them. Raises ValueError for others.

    >>> size("1280x720")
    (1280, 720)
    """
    width, _, height = text.lower().partition("x")
    if not (width.isdecimal() and height.isdecimal() and int(width) and int(height)):
        raise ValueError(f"--size expects width x height in pixels, as 1280x720, found {text!r}")
    return int(width), int(height)


def _read(program: str, source: Path, names, confidence, reading: Reading) -> list[Found]:
    least = {} if confidence is None else {"least": confidence}
    if program in _ORDERED:
        return _ORDERED[program](source, reading, **least)
    return _NAMED[program](source, reading, meanings=names or {}, **least)


def _made(films: Iterable[Found], size, fps: float | None, first: int, data: Dataset):
    """clips.csv of keypoints without films: each as long as it has frames."""
    if size is None:
        raise ValueError(
            f"{data.folder} has no clips.csv; put the films into {data.folder / 'videos'} and run "
            f"python -m gymlib data --dataset {data.name}, or, without films, say how large their "
            "pictures were and how many there were per second (--size 1280x720 --fps 30)"
        )
    about = {"path": "", "fps": fps, "width": size[0], "height": size[1]}
    rows = []
    for film in films:
        name = paths.nearest_name(next(filter(None, film.hints), ""), "film")
        frames = max(max(film.frames, default=0) - first + 1, 1)
        rows.append({"clip": name, "video": name, "frames": frames} | about)
    return pd.DataFrame(rows, columns=["clip", "video", "frames", *about]).drop_duplicates("clip")


def _matched(films: list[Found], reading: Reading) -> dict[str, Found]:
    """Clip -> the film that is its; films without a clip, and second ones of a clip, are faults."""
    matched: dict[str, Found] = {}
    alone = len(films) == len(reading.clocks) == 1
    for film in films:
        only = next(iter(reading.clocks))
        clip = only if alone else reading.clip(film.where, None, *film.hints)
        if clip in matched:
            message = f"clip {clip}: {matched[clip].where} is of it as well; import one of them"
            reading.fault(film.where, None, message)
        elif clip is not None:
            matched[clip] = film
    return matched


def _poses(data, clips, matched, reading: Reading, *, fps, **how) -> dict[str, FilmPoses]:
    """Clip -> its poses; what does not fit is a fault."""
    found = {}
    for row in clips[clips["clip"].isin(list(matched))].itertuples():
        film, size = matched[row.clip], (int(row.width), int(row.height))
        try:
            time = clock.of_clip(row, data, fps, exact=False)
        except ValueError as error:  # the film and clips.csv differ
            reading.fault(film.where, None, str(error))
            continue
        if own := poses(film, time, size, reading, **how):
            found[row.clip] = own
    return found


def _before(
    data: Dataset, found: Mapping[str, FilmPoses], extractor: str, replace: bool, reading: Reading
) -> pd.DataFrame | None:
    """The poses that stay; others in the way are faults, unless they are replaced."""
    if not data.has("keypoints.parquet"):
        return None
    file = data.folder / "keypoints.json"
    by = read_json(file).get("extractor", "somebody") if file.is_file() else "somebody"
    if by != extractor and found:
        if not replace:
            message = f"holds poses by {by}; replace them, in all clips (--replace), or take "
            reading.fault("keypoints.parquet", None, f"{message}another data set")
        return None
    table = data.keypoints
    for clip, own in found.items():
        old = table[table["clip"] == clip].reset_index(drop=True)
        if not replace and old["detected"].any() and not _same(old, own.rows):
            reading.fault("keypoints.parquet", None, f"clip {clip} has other poses; --replace them")
    return table


def _same(old: pd.DataFrame, new: pd.DataFrame) -> bool:
    columns = [name for name in new if name not in ("clip", "time")]
    return len(old) == len(new) and all(
        np.array_equal(old[name], new[name], equal_nan=name != "detected") for name in columns
    )


def _of(before: pd.DataFrame | None, clip) -> pd.DataFrame:
    """A clip's rows as they were, or without any pose."""
    if before is not None and (before["clip"] == clip.clip).any():
        return before[before["clip"] == clip.clip]
    nothing = np.zeros((clip.frames, len(KEYPOINTS), 2), np.float32)
    times = np.arange(clip.frames) / clip.fps
    return keypoint_rows(clip.clip, nothing, nothing[..., 0], np.zeros(clip.frames, bool), times)


def _write(data: Dataset, table: pd.DataFrame, extractor: str, settings: dict) -> None:
    """keypoints.parquet and, for people, where it comes from."""
    data.write(table, "keypoints.parquet")
    record = {
        "extractor": extractor,
        "version": "imported",
        "settings": settings,
        "keypoints": list(KEYPOINTS),
        "units": "x / width, y / height, y downwards; 0 where no pose was found, empty where a "
        "point was not",
        "frames": len(table),
        "frames_without_pose": int((~table["detected"]).sum()),
        "provenance": provenance.record(),
    }
    write_json(data.folder / "keypoints.json", record)
