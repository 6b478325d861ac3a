"""Clips whose bodies can be compared between videos, cameras and data sets."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from jaxtyping import Float

from gymlib.dataset import Attempt, Clip, Dataset
from gymlib.dataset.completion import completed
from gymlib.dataset.dataset import clip_of
from gymlib.features.normalisation import PreprocessingConfig, hip_torso
from gymlib.features.picture.points import mirror
from gymlib.features.preprocessing import check_finite, process
from gymlib.skeleton import KEYPOINTS


def comparable_clips(data: Dataset, gaps: bool = True) -> list[Clip]:
    """All clips in ``hip_torso`` coordinates; those without any pose are left out.

    Parameters
    ----------
    gaps : keep frames without a pose, as NaN; else they are gone, as in the thesis. Frames without
        a label are gone in any case.

    Raises ValueError, naming clip and frame, for coordinates of a pose that are not finite, and
    naming the clip for a body too small to scale by.
    """
    config = PreprocessingConfig("hip_torso")
    processed, _ = process(data.keypoints, data.labels, data.clips, config, gaps=gaps)
    clips = [clip_of(str(name), rows) for name, rows in processed.groupby("clip", sort=False)]
    return [clip for clip in clips if len(posed(clip))]


def comparable_keypoints(attempt: Attempt) -> Float[np.ndarray, "frames 33 2"]:
    """All frames of one clip in ``hip_torso`` coordinates, NaN where no pose was found.

    Points that a pose lacks are stood in for (:func:`gymlib.dataset.completion.completed`).

    Raises ValueError as :func:`comparable_clips`.
    """
    seen = np.flatnonzero(attempt.detected)
    found = np.full(attempt.keypoints.shape, np.nan, dtype=np.float32)
    bodies = completed(attempt.keypoints, attempt.detected)[seen]
    check_finite(bodies, seen, attempt.name)
    try:
        found[seen] = hip_torso(bodies, *attempt.size)
    except ValueError as error:
        raise ValueError(f"clip {attempt.name}: {error}") from None
    return found


def posed(clip: Clip) -> Clip:
    """The clip without the frames in which no pose was found."""
    seen = ~np.isnan(clip.keypoints[:, : len(KEYPOINTS)]).all(axis=(1, 2))
    rest = (values[seen] for values in (clip.frames, clip.keypoints, clip.labels))
    return clip if seen.all() else Clip(clip.name, clip.video, *rest)


def mirrored(clip: Clip) -> Clip:
    """The clip as filmed from the gymnast's other side: x reversed, left and right exchanged.

    For hip-centred coordinates only (x = 0 is the mid-hip); with the picture, if it carries one.
    """
    return replace(clip, name=f"{clip.name}.mirrored", keypoints=mirror(clip.keypoints))


def learnable(clips: Sequence[Clip], gaps: bool) -> list[Clip]:
    """What an architecture sees: whole clips if it takes ``gaps``, else frames with a pose."""
    return list(clips) if gaps else [posed(clip) for clip in clips]
