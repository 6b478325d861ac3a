"""What an ensemble says of a clip: probabilities of every frame, and a possible order of labels."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int
from torch import nn

from gymlib import models, training
from gymlib.dataset import Attempt, Clip
from gymlib.dataset.schemas import PROBABILITIES
from gymlib.evaluation import decoding
from gymlib.features.bodies import comparable_keypoints, learnable
from gymlib.labels import UNLABELED_CODE


class Ensemble(NamedTuple):
    """Models that vote, and the decoder that their training labels have taught."""

    models: Sequence[nn.Module]
    decoder: decoding.Decoder


def label_clip(own: Ensemble, attempt: Attempt) -> Int[np.ndarray, " frames"]:
    """The most probable possible order of labels: codes of every frame, -1 without any pose.

    Raises ValueError as :func:`predict_clip`.
    """
    return decoded(own, predict_clip(own, attempt))


def decoded(
    own: Ensemble, probabilities: Float[np.ndarray, "frames 4"]
) -> Int[np.ndarray, " frames"]:
    """The most probable possible order, given :func:`predict_clip`'s answer for the clip."""
    if np.isnan(probabilities).all():
        return np.full(len(probabilities), UNLABELED_CODE, np.int8)
    return decoding.decode(probabilities, own.decoder)


def predict_clip(
    own: Ensemble, attempt: Attempt, mirrored: bool = True
) -> Float[np.ndarray, "frames 4"]:
    """Class probabilities of every frame, the mean of all models; NaN where there is no pose.

    Models that take gaps answer such frames too, if the clip has any pose.

    Parameters
    ----------
    mirrored : ask about the clip and its mirror image, which costs twice the time.

    Raises ValueError, naming clip and frame, for coordinates that are not finite, and naming the
    clip for a body too small to scale by.
    """
    found = np.full((len(attempt), len(PROBABILITIES)), np.nan)
    if not attempt.detected.any():
        return found
    frames, unknown = np.arange(len(attempt)), np.zeros(len(attempt), np.int8)
    bodies = comparable_keypoints(attempt)
    whole = Clip(attempt.name, attempt.video, frames, bodies, unknown)
    clips = learnable([whole], models.recipe(models.architecture(own.models[0])).gaps)
    everything = [np.arange(1)] * len(own.models)
    answers = training.predict_many(own.models, clips, everything, mirrored=mirrored)
    # soft vote: (models, frames, 4) -> (frames, 4)
    found[clips[0].frames] = np.mean([answer[0] for answer in answers], axis=0)
    return found
