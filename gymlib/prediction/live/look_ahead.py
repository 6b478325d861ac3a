"""What it costs to look only a moment ahead: accuracy against the seconds that may follow."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from jaxtyping import Float

from gymlib.dataset import Attempt, Dataset
from gymlib.files.progress import progress
from gymlib.labels import UNLABELED_CODE
from gymlib.prediction.answers import Ensemble, predict_clip
from gymlib.prediction.live.naming import RATE, WINDOW


def cost(
    data: Dataset, own: Ensemble, ahead: Sequence[float] = (0.0, 0.15, 0.3, 0.6)
) -> pd.DataFrame:
    """Frames and accuracy (percent) of every ``ahead``, and of models that see whole clips (inf).

    Each frame's answer is the most probable label by itself, given the frames from WINDOW seconds
    before to ``ahead`` seconds after it; frames without an answer are wrong. A clip without a
    known rate counts as one of RATE frames a second. Takes a tenth of a second for each frame.
    """
    right = {seconds: [] for seconds in (*ahead, np.inf)}
    for name in progress(data.clips["clip"], desc="looking ahead", unit="clip"):
        attempt = data.clip(name)
        labelled = attempt.labels != UNLABELED_CODE
        for seconds, found in right.items():
            whole = np.isinf(seconds)
            said = predict_clip(own, attempt) if whole else answers(own, attempt, seconds)
            known = np.isfinite(said).all(axis=1)
            code = np.where(known, np.nan_to_num(said).argmax(axis=1), UNLABELED_CODE)
            found.append((code == attempt.labels)[labelled])
    rows = [(seconds, np.concatenate(found)) for seconds, found in right.items()]
    return pd.DataFrame(
        [(seconds, len(found), 100 * found.mean()) for seconds, found in rows],
        columns=["ahead", "frames", "accuracy"],
    )


def answers(own: Ensemble, attempt: Attempt, ahead: float) -> Float[np.ndarray, "frames 4"]:
    """Probabilities of every frame as they are known ``ahead`` seconds after it."""
    fps = attempt.fps if np.isfinite(attempt.fps) else RATE
    later, before = round(ahead * fps), round(WINDOW * fps)
    found = np.full((len(attempt), 4), np.nan)
    for frame in range(len(attempt)):
        part = slice(max(0, frame + later + 1 - before), frame + later + 1)
        keypoints, detected = attempt.keypoints[part], attempt.detected[part]
        seen = replace(attempt, keypoints=keypoints, detected=detected, labels=None)
        found[frame] = predict_clip(own, seen, mirrored=False)[frame - part.start]
    return found
