"""Clips that no model can learn from are refused before anything long runs."""

from collections.abc import Sequence

import numpy as np

from gymlib.dataset.clip import Clip
from gymlib.features.picture.points import BODY, split


def check_clips(clips: Sequence[Clip], gaps: bool = False) -> None:
    """ValueError, naming clip and frame, for what no model can learn from.

    That is a clip without frames, a coordinate that is not a number, a label that is none of
    the four classes, or a name that occurs twice. With ``gaps`` a frame may be without a pose: all
    of its keypoints NaN, but not what a clip carries of the picture.
    """
    names = [clip.name for clip in clips]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"clip names must be unique; more than once: {', '.join(twice)}")
    for clip in clips:
        if len(clip) == 0:
            raise ValueError(
                f"clip {clip.name} has no frames left; a model needs at least one. "
                "Leave the clip out, or extract its poses again"
            )
        lost = np.isnan(clip.keypoints[:, :BODY]).all(axis=(1, 2))
        if gaps and lost.all():
            raise ValueError(f"clip {clip.name} has no frame with a pose; leave the clip out")
        body, picture = (np.isfinite(part).all(axis=(1, 2)) for part in split(clip.keypoints))
        broken = np.flatnonzero(~(body | (lost & gaps)) | ~picture)
        if len(broken):
            raise ValueError(
                f"clip {clip.name}, frame {clip.frames[broken[0]]}: keypoints must be numbers, "
                f"found NaN or infinity in {len(broken)} frame(s). Preprocessing removes frames "
                "without a pose; run notebook 03 again"
            )
        unknown = np.flatnonzero((clip.labels < 0) | (clip.labels > 3))
        if len(unknown):
            raise ValueError(
                f"clip {clip.name}, frame {clip.frames[unknown[0]]}: expected label 0 to 3, "
                f"found {clip.labels[unknown[0]]}"
            )
