"""Doors for a first try: a data set or a bare video, and models to label it with."""

import shutil
from pathlib import Path

from gymlib import pose
from gymlib.annotation import reading
from gymlib.dataset import Dataset, inventory
from gymlib.files import paths
from gymlib.files.atomic import atomic_path, read_json, write_json
from gymlib.files.cache import content_hash
from gymlib.pose import attempts
from gymlib.prediction import ensemble, pretrained, videos
from gymlib.prediction.answers import Ensemble
from gymlib.prediction.ensemble import TransferConfig
from gymlib.video.sampling import cut

FILMS = pose.PoseConfig(extractor=pose.TRACKER)
"""How poses are found in films that come by their names."""


def open_dataset(source: str | Path, home: Path | None = None) -> Dataset:
    """A data set by its name, or a data set made of a video file; see :func:`film_dataset`.

    Poses are extracted, and labels counted, where that has not been done yet.

    Raises ValueError if a data set of the video's name holds another video, or if the file
    cannot be used.
    """
    file = Path(source)
    if file.suffix.lower() not in inventory.SUFFIXES:
        return _ready(Dataset(str(source), home))
    if not file.is_file():
        raise ValueError(f"{file} is no file; expected a video, or the name of a data set")
    return _ready(film_dataset(file, home), FILMS)


def films(path: Path) -> list[Path]:
    """A film, or those in a folder and below, sorted. Raises ValueError if there is none."""
    if path.is_file():
        return [path]
    found = [file for file in path.rglob("*") if file.suffix.lower() in inventory.SUFFIXES]
    if not found:
        endings = " ".join(sorted(inventory.SUFFIXES))
        raise ValueError(f"{path}: expected a video, or a folder with videos ({endings})")
    return sorted(found)


def named(film: Path, home: Path | None = None) -> Dataset:
    """The data set that a film has, by its name; it may not be there yet."""
    return Dataset(paths.made_safe(film.stem, "video"), home)


def film_dataset(file: Path, home: Path | None = None) -> Dataset:
    """The data set of one film, made now if need be.

    A short film is copied to data/<its name>/videos/ and is one clip. Of a long one the attempts
    are cut out (:func:`gymlib.pose.attempts.find`), each to a clip of its own; clips.csv then says
    in ``start`` and ``end`` which frames of the film they are (both included). What was cut once
    stays, so that people's labels keep their frames.

    Raises ValueError if the data set of the film's name holds another film, or if the file cannot
    be used.
    """
    data = named(file, home)
    record = data.folder / ".done" / "film.json"
    copy = data.folder / "videos" / f"{data.name}{file.suffix.lower()}"
    content = content_hash(file)
    if data.folder.exists():
        before = read_json(record)["sha256"] if record.is_file() else content_hash(copy)
        if before != content:
            raise ValueError(
                f"{data.folder} holds other data than {file}; rename the file, or remove the folder"
            )
    if not data.has("clips.csv"):
        stretches = attempts.find(file)  # before anything is written: the file may be no video
        write_json(record, {"film": file.name, "sha256": content})
        if stretches:
            _cut(data, file, stretches)
        else:
            if not copy.is_file():
                with atomic_path(copy) as temporary:
                    shutil.copyfile(file, temporary)
            inventory.make(data)
    return data


def _cut(data: Dataset, film: Path, stretches: list[tuple[int, int]]) -> None:
    """Each stretch as a clip; clips.csv comes last, so that an interrupted run begins anew."""
    digits = max(2, len(str(len(stretches))))
    names = [f"{data.name}_{number:0{digits}}" for number in range(1, len(stretches) + 1)]
    folder = data.folder / "videos" / data.name
    cut(film, stretches, [folder / f"{name}.mp4" for name in names])
    start, end = zip(*stretches)
    inventory.make(data, {"start": dict(zip(names, start)), "end": dict(zip(names, end))})


def _ready(data: Dataset, config: pose.PoseConfig | None = None) -> Dataset:
    if data.annotators and not data.has("labels.parquet"):
        reading.make(data, every_clip=False)
    videos.find_poses(data, config)
    return data


def load(
    source: str = pretrained.NAME, home: Path | None = None, config: TransferConfig | None = None
) -> Ensemble:
    """The weights that come with the package, or models trained on all clips of a data set.

    The latter are trained now if that has not been done yet. Raises what
    :func:`gymlib.prediction.ensemble.trained_on` raises.
    """
    if source == pretrained.NAME:
        return pretrained.load()
    data = Dataset(source, home)
    videos.prepare(data)
    return ensemble.taught(data, config or TransferConfig())
