"""Doors for a first try: a data set or a bare video, and models to label it with."""

import shutil
from pathlib import Path

from gymlib import pose
from gymlib.annotation import reading
from gymlib.dataset import Dataset, inventory
from gymlib.files import paths
from gymlib.files.cache import content_hash
from gymlib.prediction import ensemble, pretrained, videos
from gymlib.prediction.answers import Ensemble
from gymlib.prediction.ensemble import TransferConfig

FILMS = pose.PoseConfig(extractor=pose.TRACKER)
"""How poses are found in films that come by their names."""


def open_dataset(source: str | Path, home: Path | None = None) -> Dataset:
    """A data set by its name, or a data set of one clip made of a video file.

    A video is copied to data/<its name>/videos/. Poses are extracted, and labels counted, where
    that has not been done yet.

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


def film_dataset(file: Path, home: Path | None = None) -> Dataset:
    """The data set of one film, which is copied there; see :func:`open_dataset`."""
    name = paths.made_safe(file.stem, "video")
    data = Dataset(name, home)
    copy = data.folder / "videos" / f"{name}{file.suffix.lower()}"
    if data.folder.exists() and content_hash(copy) != content_hash(file):
        raise ValueError(
            f"{data.folder} holds other data than {file}; rename the file, or remove the folder"
        )
    if not copy.is_file():
        copy.parent.mkdir(parents=True)
        shutil.copyfile(file, copy)
    inventory.take(data)
    return data


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
