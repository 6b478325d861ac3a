"""Where the skeletons come from: the pinned notebook, downloaded or local, or an archive."""

import hashlib
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pooch

from gymlib.thesis.recovered.printed import RecoveryError, parse_notebook

REPOSITORY = "flexfalk/visionbased_human_motion_analysis_in_gymnastics"
COMMIT = "96c051fa735b179a0c7d966d734ed1d087fd704c"
FILE = "src/models/models/BI_LSTM-test_env.ipynb"
URL = f"https://raw.githubusercontent.com/{REPOSITORY}/{COMMIT}/{FILE}"
SHA256 = "35638b44f4fc5038df938e55f114405a19c4da41ef4a41f78542b2c9d5b93ead"

LARGEST = 50_000_000  # bytes; the real notebook has 3.8 million


def download(folder: Path, sha256: str = SHA256) -> Path:
    """The pinned notebook in ``folder``, downloaded unless it is there with the right checksum."""
    try:
        file = pooch.retrieve(
            URL, f"sha256:{sha256}", fname=Path(FILE).name, path=folder, progressbar=True
        )
    except ValueError as error:  # pooch: the hash does not match
        raise RecoveryError(f"{URL} is not the file it was: {error}; nothing was kept") from None
    except OSError as error:  # requests' exceptions are OSErrors
        raise RecoveryError(
            f"cannot download {URL}: {error}; without a connection, give a local copy of the "
            "notebook as the source"
        ) from None
    return Path(file)


def find_local(source: Path) -> Path:
    """The notebook or archive that ``source`` is or holds; RecoveryError if there is none."""
    candidates = [source / "skeletons.npz", *sorted(source.glob("*.ipynb"))]
    if source.suffix in (".npz", ".ipynb"):
        candidates = [source]
    for file in candidates:
        if file.is_file():
            return file
    raise RecoveryError(
        f"{source}: expected a notebook (.ipynb), skeletons.npz or a folder that holds one"
    )


def read_notebook(file: Path, clips: pd.DataFrame, sha256: str = SHA256) -> dict[str, np.ndarray]:
    """Skeletons of a notebook file, by clip; ``clips`` tells cell and index of each clip."""
    content = Path(file).read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise RecoveryError(
            f"{file}: expected the notebook with SHA-256 {sha256}, found {found}; get it from {URL}"
        )
    if len(content) > LARGEST:
        raise RecoveryError(f"{file} has {len(content)} bytes, at most {LARGEST} are read")
    return assign(parse_notebook(content.decode("utf-8")), clips)


def assign(printed: dict[str, list], clips: pd.DataFrame) -> dict[str, np.ndarray]:
    """Printed skeletons by clip name, as clips.csv's source_output and index_in_output say."""
    for cell, skeletons in printed.items():
        listed = int((clips["source_output"] == cell).sum())
        if listed != len(skeletons):
            raise RecoveryError(f"{cell}: clips.csv lists {listed} clips, found {len(skeletons)}")
    return {
        clip.clip: printed[clip.source_output][clip.index_in_output] for clip in clips.itertuples()
    }


def read_archive(file: Path) -> dict[str, np.ndarray]:
    """Skeletons of an .npz archive, by clip; object arrays are refused."""
    try:
        with open(file, "rb") as stream, np.load(stream, allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}
    except (ValueError, OSError, EOFError, AttributeError, zipfile.BadZipFile) as error:
        raise RecoveryError(f"{file} cannot be read as an archive of arrays: {error}") from None
