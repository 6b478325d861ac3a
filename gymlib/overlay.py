"""Skeleton, labels and predictions drawn onto the frames of a clip, as a video.

Below the picture runs one timeline per source of labels (label, prediction); a line marks the
current frame. Colours are those of :mod:`gymlib.labels`, and of the body's sides.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

import cv2
import numpy as np
from jaxtyping import Bool, Float, Int, UInt8

from gymlib import io, paths, video
from gymlib.labels import CLASSES, COLOURS, NAMES, UNLABELED_CODE, encode
from gymlib.plots.pose import Moment
from gymlib.plots.skeletons import SIDE_COLOURS
from gymlib.pose_quality.tracks import Track
from gymlib.skeleton import EDGES, KEYPOINTS
from gymlib.video import VideoInfo

Picture = UInt8[np.ndarray, "height width 3"]


def _rgb(colour: str) -> tuple[int, int, int]:
    """ "#0072B2" -> (0, 114, 178)."""
    return tuple(int(colour[i : i + 2], 16) for i in (1, 3, 5))


_CLASS_RGB = {code: _rgb(COLOURS[name]) for code, name in NAMES.items()}


def draw_skeleton(
    picture: Picture, keypoints: Float[np.ndarray, "33 2"], colour: str | None = None
) -> Picture:
    """A copy of the picture with one body: bones over a dark edge, left and right told apart.

    Parameters
    ----------
    keypoints : pixels; bones with NaN or far outside the picture are left out.
    colour : one colour (#RRGGBB) for all bones; None gives each side its own.
    """
    result = picture.copy()
    width = max(1, round(picture.shape[0] / 240))
    limit = 4 * max(picture.shape[:2])
    ends = [e for e in EDGES if np.all(np.abs(keypoints[list(e)]) < limit)]  # NaN compares False
    for thickness, edge_colour in ((width + 2, (0, 0, 0)), (width, None)):
        for a, b in ends:
            side = edge_colour or _rgb(colour or SIDE_COLOURS[_side(a, b)])
            start, end = (tuple(int(v) for v in np.round(keypoints[i])) for i in (a, b))
            cv2.line(result, start, end, side, thickness, cv2.LINE_AA)
    return result


def _side(a: int, b: int) -> str:
    for side in ("left", "right"):
        if side in KEYPOINTS[a] and side in KEYPOINTS[b]:
            return side
    return "middle"


def overlay_clip(
    frames: Iterable[Picture],
    keypoints: Float[np.ndarray, "frames 33 2"],
    detected: Bool[np.ndarray, " frames"],
    timelines: dict[str, Int[np.ndarray, " _"]] | None = None,
    probabilities: Float[np.ndarray, "_ 4"] | None = None,
) -> Iterator[Picture]:
    """Pictures with skeleton, class names, probability bars and timelines, one per frame.

    Parameters
    ----------
    frames : RGB pictures, in order.
    keypoints : x / width, y / height, as in keypoints.parquet.
    timelines : name -> label codes per frame, -1 where there is none.
    probabilities : of the four classes, drawn as bars; NaN where the model saw no pose.

    Pictures get a strip of timelines below, of even height. Raises ValueError if there are more
    pictures than rows of keypoints, or a timeline has another length.
    """
    timelines = timelines or {}
    for name, codes in {**timelines, "probabilities": probabilities}.items():
        if codes is not None and len(codes) != len(keypoints):
            raise ValueError(f"{name}: expected {len(keypoints)} frames, found {len(codes)}")
    for index, picture in enumerate(frames):
        if index >= len(keypoints):
            raise ValueError(f"the video has more frames than the {len(keypoints)} of keypoints")
        height, width = picture.shape[:2]
        result = picture.copy()
        if detected[index]:
            result = draw_skeleton(result, keypoints[index] * [width, height])
        else:
            _text(result, "no pose", (0.02, 0.96), (255, 90, 60))
        for row, (name, codes) in enumerate(timelines.items()):
            code = int(codes[index])
            label = NAMES[code] if code != UNLABELED_CODE else "-"
            _text(result, f"{name}: {label}", (0.02, 0.06 * (row + 1)), _CLASS_RGB[code])
        if probabilities is not None:
            _probability_bars(result, probabilities[index])
        yield np.vstack([result, _strip(timelines, index, width, height)]) if timelines else result


def _text(picture: Picture, text: str, place: tuple[float, float], colour) -> None:
    """Text with a dark edge; place is the left lower corner as share of width and height."""
    height, width = picture.shape[:2]
    at, size = (int(place[0] * width), int(place[1] * height)), min(height, width) / 720
    for thickness, shade in ((4, (0, 0, 0)), (2, colour)):
        weight = max(1, round(thickness * size))
        cv2.putText(picture, text, at, cv2.FONT_HERSHEY_SIMPLEX, size, shade, weight, cv2.LINE_AA)


def _probability_bars(picture: Picture, probabilities: Float[np.ndarray, "4"]) -> None:
    """Four bars in the right upper corner, full width at probability 1; none where NaN."""
    height, width = picture.shape[:2]
    full, thick = int(0.2 * width), max(2, int(0.022 * height))
    right, top = int(0.98 * width), int(0.02 * height)
    for code, probability in enumerate(probabilities):
        y = top + int(1.5 * thick * code)
        cv2.rectangle(picture, (right - full, y), (right, y + thick), (40, 40, 40), -1)
        if np.isfinite(probability):
            end = right - full + int(full * min(max(probability, 0), 1))
            cv2.rectangle(picture, (right - full, y), (end, y + thick), _CLASS_RGB[code], -1)


def _strip(timelines: dict, index: int, width: int, height: int) -> Picture:
    """The timelines as rows of coloured pixels, the current frame marked."""
    row_height = max(4, 2 * (height // 60))
    rows = []
    for codes in timelines.values():
        frames = np.minimum(np.arange(width) * len(codes) // width, len(codes) - 1)
        line = np.array([_CLASS_RGB[int(code)] for code in codes], dtype=np.uint8)[frames]
        rows += [np.repeat(line[None], row_height - 2, axis=0), np.zeros((2, width, 3), np.uint8)]
    strip = np.concatenate(rows)
    at = (index * width + width // 2) // max(len(codes), 1)
    strip[:, max(0, at - 1) : at + 2] = (255, 255, 255)
    return strip


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
    path = io.read_clips(dataset).set_index("clip")["path"][track.clip]
    pictures = [None] * len(frames)
    if isinstance(path, str) and path:
        pictures = video.pick_frames(paths.dataset(dataset) / path, frames)
    return [
        Moment(title, track.keypoints[i], bool(track.detected[i]), labels[i], picture)
        for i, title, picture in zip(frames, titles, pictures)
    ]


def write_overlay(
    dataset: str, clip: str, path: str | Path, predictions: dict | None = None
) -> VideoInfo:
    """Overlay video of one clip of a data set: its poses, its labels if any, its predictions.

    Parameters
    ----------
    predictions : name -> table with columns clip, frame, p_idle, p_take-off, p_skill, p_landing;
        the first one's probabilities are drawn as bars.

    Raises ValueError if the data set has no such clip or the clip no video.
    """
    clips = io.read_clips(dataset).set_index("clip")
    if clip not in clips.index:
        raise ValueError(f"data set {dataset!r} has no clip {clip!r}; see clips.csv")
    about = clips.loc[clip]
    if not isinstance(about["path"], str) or not about["path"]:
        raise ValueError(f"clip {clip} of data set {dataset!r} has no video to draw on")
    poses = _of_clip(io.read_keypoints(dataset), clip)
    timelines, probabilities = _timelines(dataset, clip, len(poses)), None
    for name, table in (predictions or {}).items():
        own = _probabilities(_of_clip(table, clip), len(poses))
        known = np.isfinite(own).all(axis=1)
        timelines[name] = np.where(known, np.nan_to_num(own).argmax(axis=1), UNLABELED_CODE)
        probabilities = own if probabilities is None else probabilities
    source = paths.dataset(dataset) / about["path"]
    pictures = (frame.rgb for frame in video.read_frames(source))
    drawn = overlay_clip(
        pictures, io.keypoint_array(poses), poses["detected"].to_numpy(bool),
        timelines, probabilities,
    )  # fmt: skip
    return video.write_video(path, _even(drawn), video.probe(source).fps)


def _even(pictures: Iterable[Picture]) -> Iterator[Picture]:
    """H.264 needs even sizes; the last row or column of an odd picture is left out."""
    for picture in pictures:
        height, width = picture.shape[:2]
        yield picture[: height - height % 2, : width - width % 2]


def _of_clip(table, clip: str):
    return table[table["clip"] == clip].sort_values("frame")


def _timelines(dataset: str, clip: str, frames: int) -> dict:
    if not (paths.dataset(dataset) / "labels.parquet").is_file():
        return {}
    own = _of_clip(io.read_labels(dataset), clip)
    codes = np.full(frames, UNLABELED_CODE, dtype=np.int8)
    codes[own["frame"].to_numpy()] = encode(own["label"])
    return {"label": codes}


def _probabilities(rows, frames: int) -> Float[np.ndarray, "frames 4"]:
    result = np.full((frames, len(CLASSES)), np.nan)
    result[rows["frame"].to_numpy()] = rows[[f"p_{name}" for name in CLASSES]].to_numpy(float)
    return result
