"""The authors' shared folder as a data set of ours, with an account of what was left out."""

import re
from pathlib import Path

import numpy as np

from gymlib import video
from gymlib.annotation.majority import clean, majority
from gymlib.dataset import Dataset
from gymlib.files import paths
from gymlib.formats.authors.clip import ImportedClip, ImportFault, Summary, clip_name
from gymlib.formats.authors.collections import read_collection
from gymlib.formats.authors.labels import read_annotator, read_csv, read_majority
from gymlib.formats.authors.skeletons import read_all_skeletons, read_skeleton
from gymlib.formats.authors.writing import refuse_twins, write

GOOD_VIDEOS = tuple(f"Video{number}" for number in (1, 2, 3, 5, 11, 13, 17, 19))
"""The videos that entered the thesis; the folder has 19."""
MAJORITY_FILES = ("majorityVote.csv", "majorityVote_clean.csv")
COLLECTIONS = (
    "all_skeleton_v2.csv",
    "all_skeleton_preprocessed_v3.csv",
    "skeleton_from_csv_v2.json",
    "skeleton_from_csv.json",
)
"""Files of all_skeleton/, the most complete first."""


def import_folder(
    source: Path,
    data: Dataset,
    *,
    videos: tuple[str, ...] | None = GOOD_VIDEOS,
    size: tuple[int, int] = (960, 540),
    replace: bool = False,
) -> Summary:
    """Write a data set from the authors' folder, or from one of their tables.

    A folder with ``clean_video/`` gives films, three votes per frame and poses of every frame.
    Without it the most complete file of ``all_skeleton/`` is taken; ``source`` may also be such a
    CSV or JSON file. A clip whose files contradict each other is left out and named in the
    summary. Nothing is written before everything is read.

    Parameters
    ----------
    videos : which videos to take, by folder name, upper and lower case alike; None takes all.
    size : width and height in pixels, where no film tells them.
    replace : overwrite a data set that exists.

    Raises
    ------
    ImportFault : nothing to import, a file that cannot be used, or the data set exists.
    """
    source = Path(source)
    summary = Summary(data.name, source.name)
    if data.has("clips.csv") and not replace:
        raise ImportFault(f"data set {data.name!r} exists; choose another name or replace it")
    wanted = None if videos is None else {name.lower() for name in videos}
    clips = _read(source, wanted, size, summary)
    if not clips:
        why = "; ".join(summary.skipped[:5]) or "no clip of the chosen videos"
        raise ImportFault(f"{source}: nothing to import: {why}")
    refuse_twins(clips)
    write(data, clips, size, summary)
    return summary


def _read(source: Path, wanted, size: tuple[int, int], summary: Summary) -> list[ImportedClip]:
    for folder in (source / "clean_video", source):
        if folder.is_dir() and (found := _video_folders(folder, wanted)):
            return _read_films(found, summary)
    files = [source, *(source / "all_skeleton" / name for name in COLLECTIONS)]
    table = next((file for file in files if file.is_file()), None)
    if table is None:
        raise ImportFault(
            f"{source}: expected clean_video/ with Video folders, all_skeleton/ with one of "
            f"{', '.join(COLLECTIONS)}, or one such file"
        )
    clips = read_collection(table, size) if table.suffix == ".json" else read_all_skeletons(table)
    summary.source = table.name
    summary.notes.append(
        f"{table.name} does not say how large the pictures were: {size[0]}x{size[1]} is assumed"
    )
    if any(clip.frames_deleted for clip in clips):
        summary.notes.append(
            "frames without a pose or a majority were deleted before this file was written: frame "
            "numbers count what is left, and time jumps without a mark"
        )
    return [clip for clip in clips if wanted is None or clip.video.lower() in wanted]


# --- clean_video/VideoN/<clip folder>/ --------------------------------------------------------


def _video_folders(folder: Path, wanted) -> list[Path]:
    found = [f for f in _visible(folder) if f.is_dir() and f.name.lower().startswith("video")]
    return [f for f in found if wanted is None or f.name.lower() in wanted]


def _visible(folder: Path) -> list[Path]:
    """Entries of a folder but hidden ones, in natural order (2 before 10)."""

    def natural(file: Path) -> list:  # text and numbers in turn
        parts = re.split(r"([0-9]+)", file.name.lower())
        return [int(part) if part.isdigit() else part for part in parts]

    return sorted((f for f in folder.iterdir() if not f.name.startswith(".")), key=natural)


def _read_films(video_folders: list[Path], summary: Summary) -> list[ImportedClip]:
    clips = []
    for folder in video_folders:
        for clip_folder in filter(Path.is_dir, _visible(folder)):
            try:
                clips.append(_read_clip(folder.name, clip_folder, summary))
            except (ImportFault, video.VideoError) as fault:
                summary.skipped.append(f"{folder.name}/{clip_folder.name}: {fault}")
    return clips


def _read_clip(video_name: str, folder: Path, summary: Summary) -> ImportedClip:
    films = [file for file in _visible(folder) if file.suffix.lower() == ".mp4"]
    if len(films) != 1:
        raise ImportFault(f"expected one .mp4, found {len(films)}")
    frames, stem = video.probe(films[0]).frames, films[0].stem
    name = clip_name(video_name, stem)
    votes = _read_votes(folder, stem, name, summary)
    tables = (folder / f"{stem}init_skeleton-v2.csv", folder / "full_skeleton_v2.csv")
    table = next((file for file in tables if file.is_file()), None)
    keypoints = None if table is None else read_skeleton(table)
    lengths = {"votes of " + who: len(codes) for who, codes in votes.items()}
    lengths |= {} if keypoints is None else {"poses": len(keypoints)}
    wrong = [f"{what} have {length}" for what, length in lengths.items() if length != frames]
    if wrong:
        raise ImportFault(f"the film has {frames} frames, but {', '.join(wrong)}")
    return ImportedClip(name, video_name, keypoints, votes, films[0])


def _read_votes(folder: Path, stem: str, name: str, summary: Summary) -> dict[str, np.ndarray]:
    """The annotators' own files, else the three columns of the majority file."""
    tables = [file for file in _visible(folder) if file.suffix.lower() == ".csv"]
    # By content: <stem>_skeleton.csv, an older pose file, is named like an annotator's.
    own = [file for file in tables if list(read_csv(file).columns) == ["labels"]]
    votes = {_annotator(file, stem): read_annotator(file) for file in own}
    files = [folder / file for file in MAJORITY_FILES if (folder / file).is_file()]
    recorded = {file.name: read_majority(file) for file in files}
    if not votes and recorded:
        votes = next(iter(recorded.values())).votes
        summary.notes.append(f"{name}: only the majority file is left, annotators are not named")
    if not votes:
        raise ImportFault("neither annotators' files nor a majority file")
    for file, found in recorded.items():
        _compare(name, file, votes, found.final, summary)
    return votes


def _annotator(file: Path, stem: str) -> str:
    """The <name> of <stem>_<name>.csv, lower case because its spelling varies."""
    name = file.stem.removeprefix(f"{stem}_").rsplit("_", 1)[-1]
    return paths.safe_name(name.lower(), "annotator")


def _compare(clip: str, file: str, votes, final: np.ndarray, summary: Summary) -> None:
    """Note where the authors' recorded result differs from what the votes give."""
    if len({len(final), *map(len, votes.values())}) != 1:
        summary.notes.append(f"{clip}: {file} has {len(final)} rows, the votes do not")
        return
    labels, _ = majority(np.stack(list(votes.values()), axis=1))
    differing = int(((clean(labels) if "clean" in file else labels) != final).sum())
    if differing:
        summary.notes.append(
            f"{clip}: {file} differs from our majority of the votes in {differing} frames"
        )
