"""One clip of a data set: its frames drawn over, and its file written."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float, Int

from gymlib import video
from gymlib.dataset import Attempt, Dataset
from gymlib.dataset.schemas import PROBABILITIES
from gymlib.files.cache import Step
from gymlib.labels import NAMES, UNLABELED, UNLABELED_CODE, encode
from gymlib.plots.overlay.drawing import (
    Picture,
    draw_bars,
    draw_faintly,
    draw_skeleton,
    scale,
    text_width,
    write,
)
from gymlib.plots.overlay.panel import Panel
from gymlib.video import VideoInfo

Others = Mapping[int, Float[np.ndarray, "_ 33 2"]]
"""Frame -> bodies in it, in shares of the picture."""
TRUTH = "label"
"""The timeline of people's labels, who may leave a frame Unlabeled; others say nothing there."""


def overlay_clip(
    frames: Iterable[Picture],
    keypoints: Float[np.ndarray, "frames 33 2"],
    detected: Bool[np.ndarray, " frames"],
    timelines: dict[str, Int[np.ndarray, " _"]] | None = None,
    probabilities: Float[np.ndarray, "_ 4"] | None = None,
    others: Others | None = None,
    whose: str = "",
) -> Iterator[Picture]:
    """Pictures with skeleton, label, probability bars and a panel below, one per frame.

    Parameters
    ----------
    frames : RGB pictures, in order.
    keypoints : x / width, y / height, as in keypoints.parquet.
    timelines : name -> label codes per frame, -1 where there is none; none, no panel.
    probabilities : of the four classes, drawn as bars and areas; NaN where the model saw no pose.
    others : people who were not followed, drawn faintly.
    whose : name of the timeline that the probabilities belong to.

    The panel's height is even. Raises ValueError if there are more pictures than rows of
    keypoints, or a timeline has another length.
    """
    timelines, others = timelines or {}, others or {}
    for name, codes in {**timelines, "probabilities": probabilities}.items():
        if codes is not None and len(codes) != len(keypoints):
            raise ValueError(f"{name}: expected {len(keypoints)} frames, found {len(codes)}")
    panel = None
    for index, picture in enumerate(frames):
        if index >= len(keypoints):
            raise ValueError(f"the video has more frames than the {len(keypoints)} of keypoints")
        height, width = picture.shape[:2]
        if timelines and panel is None:
            panel = Panel(timelines, probabilities, width, height, whose)
        if index in others:
            picture = draw_faintly(picture, others[index] * [width, height])
        if detected[index]:
            picture = draw_skeleton(picture, keypoints[index] * [width, height])
        if probabilities is not None:
            picture = draw_bars(picture, probabilities[index], whose)
        # The labels in the left upper corner, below them that there is no pose.
        lines = [f"{name}: {_named(name, int(codes[index]))}" for name, codes in timelines.items()]
        size = _letters(timelines, width, height)
        left, top = 0.02 * width, 0.03 * height
        words = [(text, left, top + 1.4 * size * i, "lt") for i, text in enumerate(lines)]
        words += [] if detected[index] else [("no pose", left, 0.97 * height, "ls")]
        picture = write(picture, words, size)
        yield picture if panel is None else np.vstack([picture, panel.at(index)])


def _named(timeline: str, code: int) -> str:
    return NAMES[code] if code >= 0 or timeline == TRUTH else "–"


def _letters(names: Iterable[str], width: int, height: int) -> float:
    """Size of the labels' letters: as large as leaves the right corner to the bars."""
    size = scale(width, height) / 20
    longest = max((text_width(f"{name}: {UNLABELED}", size) for name in names), default=0)
    return size * min(1, 0.55 * width / max(longest, 1))


def write_overlay(
    data: Dataset,
    clip: str,
    path: str | Path,
    predictions: dict | None = None,
    others: Others | None = None,
) -> VideoInfo:
    """Overlay video of one clip: its poses, its labels if any, its predictions.

    Nothing is written if the file is there and video, poses, labels, predictions and the code
    are those it was made of.

    Parameters
    ----------
    predictions : name -> table with columns clip, frame, p_idle, p_take-off, p_skill, p_landing,
        and ``answer`` if that is not the most probable label of each frame by itself; the first
        one's probabilities are drawn.
    others : people who were not followed, as :func:`gymlib.pose.others.by_frame` gives them.

    Raises ValueError if the data set has no such clip or the clip no video.
    """
    source, path = _source(data, clip), Path(path)
    attempt, timelines, probabilities = _drawn(data, clip, predictions)
    drawn = [attempt.keypoints, attempt.detected, *timelines.values()]
    drawn += [] if probabilities is None else [probabilities]
    drawn += [part for frame, own in (others or {}).items() for part in (np.array(frame), own)]
    content = hashlib.sha256(b"|".join(array.tobytes() for array in drawn))
    step = Step(
        path.parent / ".done" / f"{path.stem}.json",
        inputs=[source],
        settings={"timelines": list(timelines), "drawn": content.hexdigest()},
        code=["gymlib.plots.overlay.clip"],
        outputs=[path],
    )
    if not step.is_done():
        with step.making():
            pictures = draw_clip(data, clip, predictions, others)
            video.write_video(path, pictures, video.probe(source).fps)
    return video.probe(path)


def draw_clip(
    data: Dataset, clip: str, predictions: dict | None = None, others: Others | None = None
) -> Iterator[Picture]:
    """The pictures of :func:`write_overlay`, of even width and height as H.264 needs them."""
    attempt, timelines, probabilities = _drawn(data, clip, predictions)
    pictures = (frame.rgb for frame in video.read_frames(_source(data, clip)))
    whose = next(iter(predictions or {}), "")
    drawn = (attempt.keypoints, attempt.detected, timelines, probabilities, others, whose)
    for picture in overlay_clip(pictures, *drawn):
        height, width = picture.shape[:2]
        yield picture[: height - height % 2, : width - width % 2]


def _source(data: Dataset, clip: str) -> Path:
    source = data.video(clip)
    if source is None:
        raise ValueError(f"clip {clip} of data set {data.name!r} has no video to draw on")
    return source


def _drawn(
    data: Dataset, clip: str, predictions: dict | None
) -> tuple[Attempt, dict, np.ndarray | None]:
    """The clip, its timelines, and the probabilities of the first of the predictions."""
    attempt, probabilities = data.clip(clip), None
    timelines = {} if attempt.labels is None else {TRUTH: attempt.labels}
    for name, table in (predictions or {}).items():
        rows = table[table["clip"] == clip]
        own = np.full((len(attempt), len(PROBABILITIES)), np.nan)
        own[rows["frame"].to_numpy()] = rows[PROBABILITIES].to_numpy(float)
        timelines[name] = _said(rows, own)
        probabilities = own if probabilities is None else probabilities
    return attempt, timelines, probabilities


def _said(rows: pd.DataFrame, probabilities: np.ndarray) -> np.ndarray:
    """Label codes of all frames, -1 where nothing is said."""
    if "answer" in rows:
        said = np.full(len(probabilities), UNLABELED_CODE, np.int8)
        said[rows["frame"].to_numpy()] = encode(rows["answer"])
        return said
    known = np.isfinite(probabilities).all(axis=1)
    return np.where(known, np.nan_to_num(probabilities).argmax(axis=1), UNLABELED_CODE)
