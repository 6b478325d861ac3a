"""One clip of a data set: its frames drawn over, and its file written."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float, Int

from gymlib import video
from gymlib.dataset.keypoints import keypoint_array
from gymlib.dataset.schemas import PROBABILITIES
from gymlib.dataset.tables import read_clips, read_keypoints, read_labels
from gymlib.files import paths
from gymlib.labels import NAMES, UNLABELED_CODE, encode
from gymlib.plots.overlay.drawing import Picture, draw_bars, draw_skeleton, write
from gymlib.plots.overlay.panel import Panel
from gymlib.plots.pose import Moment
from gymlib.pose.quality.tracks import Track
from gymlib.video import VideoInfo


def overlay_clip(
    frames: Iterable[Picture],
    keypoints: Float[np.ndarray, "frames 33 2"],
    detected: Bool[np.ndarray, " frames"],
    timelines: dict[str, Int[np.ndarray, " _"]] | None = None,
    probabilities: Float[np.ndarray, "_ 4"] | None = None,
) -> Iterator[Picture]:
    """Pictures with skeleton, label, probability bars and a panel below, one per frame.

    Parameters
    ----------
    frames : RGB pictures, in order.
    keypoints : x / width, y / height, as in keypoints.parquet.
    timelines : name -> label codes per frame, -1 where there is none; none, no panel.
    probabilities : of the four classes, drawn as bars and areas; NaN where the model saw no pose.

    The panel's height is even. Raises ValueError if there are more pictures than rows of
    keypoints, or a timeline has another length.
    """
    timelines = timelines or {}
    for name, codes in {**timelines, "probabilities": probabilities}.items():
        if codes is not None and len(codes) != len(keypoints):
            raise ValueError(f"{name}: expected {len(keypoints)} frames, found {len(codes)}")
    panel = None
    for index, picture in enumerate(frames):
        if index >= len(keypoints):
            raise ValueError(f"the video has more frames than the {len(keypoints)} of keypoints")
        height, width = picture.shape[:2]
        if timelines and panel is None:
            panel = Panel(timelines, probabilities, width, height)
        result = picture
        if detected[index]:
            result = draw_skeleton(result, keypoints[index] * [width, height])
        if probabilities is not None:
            result = draw_bars(result, probabilities[index])
        result = _write_labels(result, timelines, index, bool(detected[index]))
        yield result if panel is None else np.vstack([result, panel.at(index)])


def _write_labels(picture: Picture, timelines: dict, index: int, detected: bool) -> Picture:
    """Name and label of every timeline in the left upper corner, or that there is no pose."""
    height, width = picture.shape[:2]
    labels = {name: NAMES[int(codes[index])] for name, codes in timelines.items()}
    lines = [f"{name}: {label}" for name, label in labels.items()]
    words = [(text, 0.02 * width, (0.03 + 0.07 * i) * height, "lt") for i, text in enumerate(lines)]
    if not detected:
        words.append(("no pose", 0.02 * width, 0.97 * height, "ls"))
    return write(picture, words, height / 20)


def pick_moments(
    dataset: str, track: Track, labels: list[str], frames: list[int], titles: list[str]
) -> list[Moment]:
    """Some frames of a clip for :func:`gymlib.plots.pose.plot_filmstrip`, with their pictures.

    Parameters
    ----------
    track : the clip's keypoints in pixels.
    labels : class name of every frame of the clip.

    A clip without a video gives moments without pictures.
    """
    path = read_clips(dataset).set_index("clip")["path"][track.clip]
    pictures = [None] * len(frames)
    if isinstance(path, str) and path:
        pictures = video.pick_frames(paths.dataset(dataset) / path, frames)
    return [
        Moment(title, track.keypoints[i], bool(track.detected[i]), labels[i], picture)
        for i, title, picture in zip(frames, titles, pictures)
    ]


@dataclass(frozen=True)
class Tables:
    """What is drawn from a data set: clips.csv, keypoints.parquet, labels.parquet if there."""

    clips: pd.DataFrame
    poses: pd.DataFrame
    labels: pd.DataFrame | None


def read_tables(dataset: str) -> Tables:
    """Read a data set's tables, once for all its clips."""
    labelled = (paths.dataset(dataset) / "labels.parquet").is_file()
    return Tables(
        read_clips(dataset).set_index("clip"),
        read_keypoints(dataset),
        read_labels(dataset) if labelled else None,
    )


def write_overlay(
    dataset: str,
    clip: str,
    path: str | Path,
    predictions: dict | None = None,
    tables: Tables | None = None,
) -> VideoInfo:
    """Overlay video of one clip of a data set: its poses, its labels if any, its predictions.

    Parameters
    ----------
    predictions : name -> table with columns clip, frame, p_idle, p_take-off, p_skill, p_landing;
        the first one's probabilities are drawn.
    tables : what :func:`read_tables` gave, for many clips of one data set.

    Raises ValueError if the data set has no such clip or the clip no video.
    """
    source = _film(dataset, clip, tables := tables or read_tables(dataset))
    drawn = draw_clip(dataset, clip, predictions, tables)
    return video.write_video(path, drawn, video.probe(source).fps)


def draw_clip(
    dataset: str, clip: str, predictions: dict | None = None, tables: Tables | None = None
) -> Iterator[Picture]:
    """The pictures of :func:`write_overlay`, of even width and height as H.264 needs them."""
    source = _film(dataset, clip, tables := tables or read_tables(dataset))
    poses = _of_clip(tables.poses, clip)
    timelines, probabilities = _timelines(tables, clip, len(poses)), None
    for name, table in (predictions or {}).items():
        own = _probabilities(_of_clip(table, clip), len(poses))
        known = np.isfinite(own).all(axis=1)
        timelines[name] = np.where(known, np.nan_to_num(own).argmax(axis=1), UNLABELED_CODE)
        probabilities = own if probabilities is None else probabilities
    pictures = (frame.rgb for frame in video.read_frames(source))
    return _even(
        overlay_clip(
            pictures, keypoint_array(poses), poses["detected"].to_numpy(bool),
            timelines, probabilities,
        )
    )  # fmt: skip


def _film(dataset: str, clip: str, tables: Tables) -> Path:
    """The clip's video."""
    if clip not in tables.clips.index:
        raise ValueError(f"data set {dataset!r} has no clip {clip!r}; see clips.csv")
    path = tables.clips.loc[clip, "path"]
    if not isinstance(path, str) or not path:
        raise ValueError(f"clip {clip} of data set {dataset!r} has no video to draw on")
    return paths.dataset(dataset) / path


def _even(pictures: Iterable[Picture]) -> Iterator[Picture]:
    """The last row or column of an odd picture is left out."""
    for picture in pictures:
        height, width = picture.shape[:2]
        yield picture[: height - height % 2, : width - width % 2]


def _of_clip(table: pd.DataFrame, clip: str) -> pd.DataFrame:
    return table[table["clip"] == clip].sort_values("frame")


def _timelines(tables: Tables, clip: str, frames: int) -> dict:
    if tables.labels is None:
        return {}
    own = _of_clip(tables.labels, clip)
    codes = np.full(frames, UNLABELED_CODE, dtype=np.int8)
    codes[own["frame"].to_numpy()] = encode(own["label"])
    return {"label": codes}


def _probabilities(rows: pd.DataFrame, frames: int) -> Float[np.ndarray, "frames 4"]:
    result = np.full((frames, len(PROBABILITIES)), np.nan)
    result[rows["frame"].to_numpy()] = rows[PROBABILITIES].to_numpy(float)
    return result
