"""What others than annotators say against a label: a model that is sure, and the pose."""

import numpy as np
from jaxtyping import Float, Int

from gymlib.annotation.review.doubt import MODEL, POSE, POSE_WEIGHT, Doubt, ReviewConfig
from gymlib.labels import NAMES, UNLABELED_CODE, marked_segments, segments
from gymlib.pose.quality.tracks import Track, breaks, usable, usable_frames


def model_objections(
    clip: str,
    final: Int[np.ndarray, " frames"],
    frames: Int[np.ndarray, " asked"],
    probabilities: Float[np.ndarray, "asked 4"],
    config: ReviewConfig | None = None,
) -> list[Doubt]:
    """Segments in which a model is sure of another label, always of the same one.

    Parameters
    ----------
    frames : numbers of the frames the model was asked about; others, Unlabeled frames and rows
        with NaN are no objections.
    """
    config = config or ReviewConfig()
    known = np.isfinite(probabilities).all(axis=1) & (final[frames] != UNLABELED_CODE)
    frames, probabilities = frames[known], probabilities[known]
    best = probabilities.argmax(axis=1)
    most, given = probabilities.max(axis=1), probabilities[np.arange(len(frames)), final[frames]]
    sure = (most >= config.sure) & (best != final[frames])
    answer, margin = np.full(len(final), UNLABELED_CODE, dtype=np.int8), np.zeros(len(final))
    answer[frames[sure]] = best[sure]
    margin[frames] = most - given
    doubts = []
    for start, end, label in segments(answer):
        length, part = end - start + 1, slice(start, end + 1)
        if label == UNLABELED_CODE or length < config.shortest:
            continue
        labels = " and ".join(dict.fromkeys(NAMES[int(code)] for code in final[part]))
        detail = f"the model says {NAMES[label]}, the label is {labels} "
        detail += f"(margin {margin[part].mean():.2f})"
        doubts.append(Doubt(clip, start, end, MODEL, length, float(margin[part].sum()), detail))
    return doubts


def broken_poses(track: Track, config: ReviewConfig | None = None) -> list[Doubt]:
    """Segments without a pose, or in which the body jumps, turns over or collapses.

    Left and right exchanged are no doubt: the body is where it should be.
    """
    config = config or ReviewConfig()
    frames = usable_frames(track)
    missing = np.ones(len(track.keypoints), dtype=bool)
    missing[frames] = False
    jumps = np.zeros(len(missing), dtype=bool)
    if len(frames) > 1:
        found = breaks(usable(track))
        jumps[frames[1:]] = found.torso_turn | found.pose_jump | found.torso_collapse
    broken = missing | jumps
    for start, end in marked_segments(~broken):  # fills short gaps, not the clip's ends
        if end - start + 1 <= config.apart and start > 0 and end < len(broken) - 1:
            broken[start : end + 1] = True
    doubts = []
    for start, end in marked_segments(broken):
        length, part = end - start + 1, slice(start, end + 1)
        if length < config.broken:
            continue
        words = [f"no pose in {missing[part].sum()}"] if missing[part].any() else []
        words += [f"a broken one in {jumps[part].sum()}"] if jumps[part].any() else []
        detail = f"{' and '.join(words)} of {length} frames"
        doubts.append(Doubt(track.clip, start, end, POSE, length, POSE_WEIGHT * length, detail))
    return doubts
