"""The authors' JSON files: many clips in one file, in two shapes and two units."""

import json
from pathlib import Path

import numpy as np
import pandas as pd

from gymlib.formats.authors.clip import ImportedClip, ImportFault, clip_name
from gymlib.formats.authors.labels import encode
from gymlib.formats.authors.skeletons import AUTHORS, PADDED_LENGTH
from gymlib.skeleton import KEYPOINTS

LARGEST = 500_000_000  # bytes; all of the authors' 202 clips take about 30 million


def read_collection(path: Path, size: tuple[int, int] = (960, 540)) -> list[ImportedClip]:
    """``skeleton_from_csv_v2.json``, its older version in pixels, or a k-fold JSON file.

    A clip is ``[frames, labels]``, or ``{"0": frames, "1": labels}`` after a round trip through
    pandas; a frame is 66 numbers x0, y0, x1, ... Files of whole numbers are the older version:
    pixels relative to the left hip, which are divided by ``size``.

    Parameters
    ----------
    size : width and height in pixels of the pictures, for files in pixels. Known for Video13.

    Raises ImportFault if the file is not such a collection, holds a clip twice, or is padded.
    """
    content = _load(Path(path))
    clips = {key: _parts(key, value, path) for key, value in content.items()}
    if len(clips) > 1 and all(len(frames) == PADDED_LENGTH for frames, _ in clips.values()):
        raise ImportFault(f"{path}: every clip has {PADDED_LENGTH} frames: a padded file")
    values = (value for frames, _ in clips.values() for frame in frames for value in frame)
    pixels = all(isinstance(value, int) for value in values)
    scale = np.array(size if pixels else (1, 1), dtype=np.float32)
    return [_clip(key, *parts, scale, path) for key, parts in clips.items()]


def _load(path: Path) -> dict:
    if path.stat().st_size > LARGEST:
        raise ImportFault(f"{path} has {path.stat().st_size} bytes, at most {LARGEST} are read")
    try:
        content = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise ImportFault(f"{path} is not a collection of clips: {error}") from None
    if not isinstance(content, dict) or not content:
        raise ImportFault(f"{path}: expected clips by name, found {type(content).__name__}")
    return content


def _once(pairs: list) -> dict:
    """Keys to values; JSON readers keep the last of several equal keys without a word."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [key for key, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"clip {twice} stands there twice")
    return found


def _parts(key: str, value, path: Path) -> tuple[list, list]:
    """Frames and labels of a clip in either shape."""
    if isinstance(value, dict) and set(value) == {"0", "1"}:
        value = [value["0"], value["1"]]
    if not isinstance(value, list) or [type(part) for part in value] != [list, list]:
        raise ImportFault(f"{path}, clip {key}: expected [frames, labels] or {{'0': .., '1': ..}}")
    frames, labels = value
    if len(frames) != len(labels) or not frames:
        raise ImportFault(
            f"{path}, clip {key}: expected as many labels as frames, at least one; found "
            f"{len(frames)} frames and {len(labels)} labels"
        )
    for number, frame in enumerate(frames):
        if not isinstance(frame, list) or len(frame) != 2 * len(KEYPOINTS):
            raise ImportFault(f"{path}, clip {key}, frame {number}: expected 66 numbers")
        if not all(type(value) in (int, float) and np.isfinite(value) for value in frame):
            raise ImportFault(f"{path}, clip {key}, frame {number}: not all values are numbers")
    return frames, labels


def _clip(key: str, frames: list, labels: list, scale: np.ndarray, path: Path) -> ImportedClip:
    video, separator, name = key.partition("_")
    if not separator:
        raise ImportFault(f"{path}: clip {key!r} is not named <video>_<clip>")
    keypoints = np.array(frames, dtype=np.float32).reshape(-1, len(KEYPOINTS), 2) / scale
    codes = encode(pd.Series([str(label) for label in labels]), f"{path}, clip {key}")
    name = clip_name(video, name)
    return ImportedClip(name, video, keypoints, {AUTHORS: codes}, frames_deleted=True)
