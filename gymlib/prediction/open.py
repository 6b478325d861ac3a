"""Doors for a first try: a data set or a bare video, and models to label it with."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from gymlib import pose
from gymlib.annotation import reading
from gymlib.dataset import Dataset, inventory
from gymlib.files import paths
from gymlib.files.atomic import atomic_path, read_json, write_json
from gymlib.files.cache import content_hash
from gymlib.pose import attempts
from gymlib.prediction import ensemble, finetuning, pretrained, videos
from gymlib.prediction.answers import Ensemble
from gymlib.prediction.ensemble import TransferConfig
from gymlib.video.sampling import cut

FILMS = pose.PoseConfig(extractor=pose.TRACKER)
"""How poses are found in films that come by their names."""


def open_dataset(source: str | Path, home: Path | None = None) -> Dataset:
    """A data set by its name, or a data set made of a video file; see :func:`film_dataset`.

    Poses are extracted, and labels counted, where that has not been done yet. Whoever was pointed
    at in a film before is followed still.

    Raises ValueError if a data set of the video's name holds another video, or if the file
    cannot be used.
    """
    file = Path(source)
    if file.suffix.lower() not in inventory.SUFFIXES:
        return _ready(Dataset(str(source), home))
    if not file.is_file():
        raise ValueError(f"{file} is no file; expected a video, or the name of a data set")
    data = film_dataset(file, home)
    before = pose.present(data)
    return _ready(data, before if before.person else FILMS)


def films(path: Path) -> list[Path]:
    """A film, or those in a folder and below, sorted. Raises ValueError if there is none."""
    found = [path] if path.is_file() else inventory.video_files(path)
    if not found:
        endings = " ".join(sorted(inventory.SUFFIXES))
        raise ValueError(f"{path}: expected a video, or a folder with videos ({endings})")
    return found


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
    """Models to label with: "pretrained", the name of a data set, or "pretrained+" and such names.

    That is the weights that come with the package; models trained on all clips of the data set; or
    the weights of the package after they have learnt from all clips of the data sets named. What is
    to be trained is trained now, if that has not been done yet.

    Raises ValueError as :func:`teachers`, and what :func:`gymlib.prediction.ensemble.trained_on`
    and :func:`gymlib.prediction.finetuning.taught` raise.
    """
    learnt_from = [Dataset(name, home) for name in teachers(source)]
    for data in learnt_from:
        videos.prepare(data)
    return taught(source, learnt_from, config or TransferConfig())


def teachers(source: str) -> list[str]:
    """The data sets that :func:`load` learns from for a source, by their names.

    Raises ValueError for several data sets without the weights of the package.

    >>> teachers("pretrained"), teachers("recovered"), teachers("pretrained+monday+tuesday")
    ([], ['recovered'], ['monday', 'tuesday'])
    """
    if source == pretrained.NAME or pretrained.goes_on(source):
        return pretrained.goes_on(source)
    if "+" in source:
        raise ValueError(
            f"source {source!r}: expected {pretrained.NAME}, the name of a data set, or "
            f"{pretrained.NAME}+ and names, as {pretrained.NAME}+{source}"
        )
    return [source]


def taught(
    source: str, learnt_from: Sequence[Dataset], config: TransferConfig, profile: str = "full"
) -> Ensemble:
    """What :func:`load` gives, of data sets whose labels and poses are there."""
    if not learnt_from:
        return pretrained.load()
    if pretrained.goes_on(source):
        return finetuning.taught(learnt_from, profile)
    return ensemble.taught(learnt_from[0], config)
