"""The data set ``recovered``: 67 real clips that the thesis's public repository prints.

One notebook of that repository prints skeletons in two outputs: standard output of code cell 6
(two clips with the authors' labels) and the result of code cell 8 (65 clips). The file is
downloaded from a pinned commit and checked by its SHA-256, or taken from a local copy, and
parsed as data: nothing in it is evaluated. The skeletons have no licence, so the project holds
this recipe, the clips' names and the annotations, not the skeletons themselves.
"""

import ast
import hashlib
import json
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pooch
from jaxtyping import Int

from gymlib import io, paths, schemas
from gymlib.labels import CLASSES

REPOSITORY = "flexfalk/visionbased_human_motion_analysis_in_gymnastics"
COMMIT = "96c051fa735b179a0c7d966d734ed1d087fd704c"
FILE = "src/models/models/BI_LSTM-test_env.ipynb"
URL = f"https://raw.githubusercontent.com/{REPOSITORY}/{COMMIT}/{FILE}"
SHA256 = "35638b44f4fc5038df938e55f114405a19c4da41ef4a41f78542b2c9d5b93ead"

LABELLED_CELL, SKELETON_CELL = 6, 8  # indices over all cells
LARGEST = 50_000_000  # characters; the real notebook has 3.8 million
LARGEST_LINE = 1_000_000  # characters of one printed clip; the real ones have 22 thousand
COMMITTED = paths.REPOSITORY / "data" / "recovered"

NOTES = (
    "Coordinates are the authors' pixels divided by 960 (x) and 540 (y); 960x540 is known for one "
    "clip and assumed for the others. x is relative to the left hip of the same frame, y to the "
    "left hip of the clip's first frame. Frames without a pose were deleted before printing, so "
    "detected is true everywhere and time has unmarked jumps. Frame rate and visibility unknown."
)


class RecoveryError(ValueError):
    """The source does not hold the clips that clips.csv lists; nothing was written."""


def make(folder: Path, source: Path | None = None, *, sha256: str = SHA256) -> None:
    """Write keypoints.parquet and keypoints.json of the recovered clips into ``folder``.

    ``clips.csv``, the annotations and the datasheet come from the project if the folder lacks
    them. Everything is parsed and checked before the first file is written.

    Parameters
    ----------
    folder : the data set's folder.
    source : a copy of the notebook (.ipynb), a ``skeletons.npz`` with one (frames, 33, 2) integer
        array per clip, or a folder that holds either; None keeps complete skeletons that are
        there already, and downloads the notebook otherwise.
    sha256 : checksum that a notebook must have.

    Raises
    ------
    RecoveryError : wrong checksum, missing output, truncated list, other clips or lengths than
        clips.csv lists, or no connection.
    """
    folder = Path(folder)
    described = folder if (folder / "clips.csv").is_file() else COMMITTED
    clips = schemas.check(_read_clips(described / "clips.csv"), schemas.CLIPS, "clips.csv")
    if source is None and _is_complete(folder / "keypoints.parquet", clips):
        return
    file = download(folder / "source", sha256) if source is None else _local(Path(source))
    skeletons = read_archive(file) if file.suffix == ".npz" else read_notebook(file, clips, sha256)
    check_skeletons(skeletons, clips)
    table = keypoint_table(skeletons, clips)
    if described != folder:
        _copy_description(folder)
    io.write_json(folder / "keypoints.json", _provenance(file, source is None))
    io.write_table(folder / "keypoints.parquet", table, schemas.KEYPOINT_TABLE)


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


def parse_notebook(text: str) -> dict[str, list[Int[np.ndarray, "frames 33 2"]]]:
    """Skeletons printed in the two cells, ``{"cell 6": [...], "cell 8": [...]}``.

    Raises RecoveryError if an output is missing, cut off, or not a list of frames of 66 integers.
    """
    cells = _cells(text)
    labelled = [
        _labelled_clip(line, i)
        for i, line in enumerate(_output(cells, LABELLED_CELL, "stdout").splitlines())
        if line.strip()
    ]
    return {
        f"cell {LABELLED_CELL}": labelled,
        f"cell {SKELETON_CELL}": _clip_list(_output(cells, SKELETON_CELL, "text/plain")),
    }


def _cells(text: str) -> list[dict]:
    try:
        cells = json.loads(text)["cells"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise RecoveryError(f"the source is not a Jupyter notebook: {error!r}") from None
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
        raise RecoveryError("the source is not a Jupyter notebook: its cells are no list of cells")
    return cells


def _output(cells: list[dict], index: int, kind: str) -> str:
    """Text of one cell's only output of a kind: stdout, or a MIME type of a result."""
    cell = cells[index] if index < len(cells) else {}
    for output in cell.get("outputs", []):
        text = output.get("text") if output.get("name") == kind else None
        text = text or output.get("data", {}).get(kind)
        if text:
            return text if isinstance(text, str) else "".join(text)
    raise RecoveryError(f"code cell {index} has no {kind} output; the notebook has been changed")


def _labelled_clip(line: str, number: int) -> Int[np.ndarray, "frames 33 2"]:
    where = f"code cell {LABELLED_CELL}, printed clip {number}"
    if len(line) > LARGEST_LINE:
        raise RecoveryError(f"{where}: {len(line)} characters, at most {LARGEST_LINE} are read")
    try:
        frames, labels = ast.literal_eval(line)  # a literal only; no names, no calls
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError) as error:
        raise RecoveryError(f"{where} is not a complete (frames, labels) pair: {error}") from None
    skeleton = _skeleton(frames, where)
    if len(labels) != len(skeleton) or not set(labels) <= set(CLASSES):
        raise RecoveryError(
            f"{where}: expected {len(skeleton)} labels of {', '.join(CLASSES)}; "
            f"found {len(labels)} of {', '.join(sorted(map(str, set(labels))))}"
        )
    return skeleton


def _clip_list(text: str) -> list[Int[np.ndarray, "frames 33 2"]]:
    where = f"code cell {SKELETON_CELL}"
    try:
        clips = json.loads(text)  # nested lists of integers are JSON as they stand
    except (ValueError, RecursionError) as error:
        raise RecoveryError(f"{where}: the printed list is cut off or damaged: {error}") from None
    if not isinstance(clips, list):
        raise RecoveryError(f"{where}: expected a list of clips, found {type(clips).__name__}")
    return [_skeleton(frames, f"{where}, printed clip {i}") for i, frames in enumerate(clips)]


def _skeleton(frames, where: str) -> Int[np.ndarray, "frames 33 2"]:
    """One printed clip, (frames, 66) interleaved x, y, as (frames, 33, 2) int16."""
    expected = f"{where}: expected a list of frames with 66 whole numbers of pixels"
    if not isinstance(frames, list) or not frames:
        raise RecoveryError(f"{expected}, found {str(frames)[:40]!r}")
    for i, frame in enumerate(frames):
        if not isinstance(frame, list) or len(frame) != 66:
            raise RecoveryError(f"{expected}, found {str(frame)[:40]!r} in frame {i}")
        if not all(type(value) is int and abs(value) < 2**15 for value in frame):
            raise RecoveryError(f"{expected}, found another value in frame {i}")
    return np.array(frames, dtype=np.int16).reshape(-1, 33, 2)


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


def check_skeletons(skeletons: dict[str, np.ndarray], clips: pd.DataFrame) -> None:
    """RecoveryError unless the clips and their lengths are exactly those of clips.csv."""
    expected = dict(zip(clips["clip"], clips["frames"]))
    faults = [f"{name} is missing" for name in expected if name not in skeletons]
    faults += [f"{name} is not in clips.csv" for name in skeletons if name not in expected]
    for name in expected.keys() & skeletons.keys():
        shape, kind = skeletons[name].shape, skeletons[name].dtype
        if shape != (expected[name], 33, 2) or kind.kind != "i":
            faults.append(
                f"{name}: expected {(expected[name], 33, 2)} integers, found {shape} {kind}"
            )
    if faults:
        more = f"; and {len(faults) - 10} more" if len(faults) > 10 else ""
        raise RecoveryError("; ".join(sorted(faults)[:10]) + more)


def keypoint_table(skeletons: dict[str, np.ndarray], clips: pd.DataFrame) -> pd.DataFrame:
    """Skeletons in pixels as keypoints.parquet holds them: x / width, y / height."""
    tables = []
    for clip in clips.itertuples():
        pixels = skeletons[clip.clip]
        unknown = np.full(pixels.shape[:2], np.nan)
        tables.append(
            io.keypoint_rows(
                clip.clip,
                (pixels / np.array([clip.width, clip.height])).astype(np.float32),
                unknown.astype(np.float32),
                np.ones(len(pixels), dtype=bool),
                np.full(len(pixels), np.nan),
            )
        )
    return pd.concat(tables, ignore_index=True)


def _read_clips(file: Path) -> pd.DataFrame:
    return pd.read_csv(file, dtype={"clip": str, "video": str, "path": str})


def _is_complete(file: Path, clips: pd.DataFrame) -> bool:
    """Whether the clips were recovered before, with the lengths that clips.csv lists."""
    if not file.is_file() or not (file.parent / "keypoints.json").is_file():
        return False
    try:
        table = io.read_table(file, schemas.KEYPOINT_TABLE)
    except schemas.TableError:
        return False
    return table["clip"].value_counts().to_dict() == dict(zip(clips["clip"], clips["frames"]))


def _local(source: Path) -> Path:
    candidates = [source / "skeletons.npz", *sorted(source.glob("*.ipynb"))]
    if source.suffix in (".npz", ".ipynb"):
        candidates = [source]
    for file in candidates:
        if file.is_file():
            return file
    raise RecoveryError(
        f"{source}: expected a notebook (.ipynb), skeletons.npz or a folder that holds one"
    )


def _copy_description(folder: Path) -> None:
    for file in ["clips.csv", "DATASHEET.md", "annotations"]:
        origin, target = COMMITTED / file, folder / file
        if origin.is_dir():
            shutil.copytree(origin, target, dirs_exist_ok=True)
        elif origin.is_file():
            with io.atomic_path(target) as temporary:
                shutil.copyfile(origin, temporary)


def _provenance(file: Path, downloaded: bool) -> dict:
    return {
        "extractor": "BlazePose",
        "version": "unknown (the thesis authors' run)",
        "settings": {},
        "provenance": {
            "repository": REPOSITORY,
            "commit": COMMIT,
            "file": FILE,
            "notebook_sha256": SHA256,
            "obtained": "download" if downloaded else f"local file {file.name}",
        },
        "notes": NOTES,
    }
