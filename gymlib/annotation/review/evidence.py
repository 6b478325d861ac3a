"""What others than annotators say against a label: a model that is sure, and the pose."""

import itertools

import numpy as np
from jaxtyping import Bool, Float, Int

from gymlib.annotation.review.case import MODEL, POSE, POSE_WEIGHT, Case, ReviewConfig, stretches
from gymlib.labels import NAMES, UNLABELED_CODE, segments
from gymlib.pose.quality.tracks import Track, breaks, usable, usable_frames


def objections(
    clip: str,
    final: Int[np.ndarray, " frames"],
    frames: Int[np.ndarray, " asked"],
    probabilities: Float[np.ndarray, "asked 4"],
    config: ReviewConfig | None = None,
) -> list[Case]:
    """Stretches in which a model is sure of another label, always of the same one.

    Parameters
    ----------
    frames : numbers of the frames the model was asked about; others, Unlabeled frames and rows
        with NaN are no objections.
    """
    config = config or ReviewConfig()
    answer = np.full(len(final), UNLABELED_CODE, dtype=np.int8)
    margin = np.zeros(len(final))
    known = np.isfinite(probabilities).all(axis=1) & (final[frames] != UNLABELED_CODE)
    frames, probabilities = frames[known], probabilities[known]
    best = probabilities.argmax(axis=1) if len(frames) else np.zeros(0, dtype=int)
    rows = np.arange(len(frames))
    sure = (probabilities[rows, best] >= config.sure) & (best != final[frames])
    answer[frames[sure]] = best[sure]
    margin[frames] = probabilities[rows, best] - probabilities[rows, final[frames]]
    cases = []
    for run in segments(answer):
        length = run.end - run.start + 1
        if run.label == UNLABELED_CODE or length < config.shortest:
            continue
        part = slice(run.start, run.end + 1)
        labels = " and ".join(dict.fromkeys(NAMES[int(code)] for code in final[part]))
        detail = f"the model says {NAMES[run.label]}, the label is {labels} "
        detail += f"(margin {margin[part].mean():.2f})"
        score = float(margin[part].sum())
        cases.append(Case(clip, run.start, run.end, MODEL, length, score, detail))
    return cases


def broken_poses(track: Track, config: ReviewConfig | None = None) -> list[Case]:
    """Stretches without a pose, or in which the body jumps, turns over or collapses.

    Left and right exchanged are no case: the body is where it should be.
    """
    config = config or ReviewConfig()
    frames = usable_frames(track)
    bad = np.ones(len(track.keypoints), dtype=bool)
    jumps = np.zeros(len(bad), dtype=bool)
    bad[frames] = False
    if len(frames) > 1:
        found = breaks(usable(track))
        implausible = found.torso_turn | found.pose_jump | found.torso_collapse
        jumps[frames[1:][implausible]] = True
    missing, bad = bad.copy(), _closed(bad | jumps, config.apart)
    cases = []
    for start, end in stretches(bad):
        length, part = end - start + 1, slice(start, end + 1)
        if length < config.broken:
            continue
        words = [f"no pose in {missing[part].sum()}"] if missing[part].any() else []
        words += [f"a broken one in {jumps[part].sum()}"] if jumps[part].any() else []
        detail = f"{' and '.join(words)} of {length} frames"
        cases.append(Case(track.clip, start, end, POSE, length, POSE_WEIGHT * length, detail))
    return cases


def _closed(marked: Bool[np.ndarray, " frames"], gap: int) -> Bool[np.ndarray, " frames"]:
    """Marked frames with gaps of up to ``gap`` frames between them filled."""
    result = marked.copy()
    for (_, end), (start, _) in itertools.pairwise(stretches(marked)):
        if start - end - 1 <= gap:
            result[end:start] = True
    return result
