"""Outer and inner folds as index arrays over clips, made once and never splitting a group.

A group is a clip, as in the thesis, or a video: then nobody filmed in training is tested.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Int

from gymlib.dataset.clip import Clip
from gymlib.labels import CLASSES

GROUPS = ("clip", "video")


@dataclass(frozen=True)
class Fold:
    """Indices of the clips on both sides of a split; together all that were split.

    For an outer fold (the thesis's parent) ``test`` is the test set, for an inner fold (child)
    it is the validation set, and ``train`` what remains of the parent's training set.
    """

    train: Int[np.ndarray, " train"]
    test: Int[np.ndarray, " test"]


def kfold(
    members: Int[np.ndarray, " members"], groups: Sequence[str], folds: int, seed
) -> list[Fold]:
    """Shuffle the groups of ``members`` and deal them into ``folds`` test sets, sizes +-1 group.

    Parameters
    ----------
    members : indices to be split. groups : the group of every index (also of non-members).
    seed : of numpy's default generator, a number or a sequence of numbers.

    Raises
    ------
    ValueError if there are fewer groups than folds.

    >>> videos = ["gym", "gym", "park", "street"]
    >>> for fold in kfold(np.arange(4), videos, folds=2, seed=0):
    ...     print(fold.train, fold.test)
    [2] [0 1 3]
    [0 1 3] [2]
    """
    groups = np.asarray(groups)
    names = np.unique(groups[members])
    if folds < 2 or len(names) < folds:
        raise ValueError(
            f"{folds} folds need at least 2 folds and as many groups as folds, found "
            f"{len(names)} group(s) among {len(members)} clip(s); use fewer folds, more clips, "
            'or groups="clip"'
        )
    dealt = np.array_split(np.random.default_rng(seed).permutation(names), folds)
    inside = [np.isin(groups[members], part) for part in dealt]
    return [Fold(train=members[~test], test=members[test]) for test in inside]


def nested(
    clips: Sequence[Clip], *, outer: int = 5, inner: int = 4, by: str = "clip", seed: int = 0
) -> tuple[list[Fold], list[list[Fold]]]:
    """Outer folds, and for each the inner folds of its training set (thesis, figure 1).

    Parameters
    ----------
    by : "clip" (thesis) or "video": what may not stand on both sides of a split.

    Raises
    ------
    ValueError if there are fewer groups than folds. Warns (UserWarning) if a class has no frame
    in a training set: the models of that fold can never predict it.
    """
    if by not in GROUPS:
        raise ValueError(f"groups must be one of {', '.join(GROUPS)}, found {by!r}")
    groups = [clip.name if by == "clip" else clip.video for clip in clips]
    parents = kfold(np.arange(len(clips)), groups, outer, (seed, 0))
    children = [
        kfold(parent.train, groups, inner, (seed, 1, k)) for k, parent in enumerate(parents)
    ]
    _warn_of_missing_classes(clips, parents, children)
    return parents, children


def _warn_of_missing_classes(clips, parents, children) -> None:
    present = np.array([np.isin(range(len(CLASSES)), clip.labels) for clip in clips])
    for k, (parent, inner) in enumerate(zip(parents, children)):
        places = [(f"outer fold {k}", parent)]
        places += [(f"outer fold {k}, inner fold {i}", child) for i, child in enumerate(inner)]
        for place, fold in places:
            if missing := missing_classes(present[fold.train]):
                warnings.warn(
                    f"{place}: no training frame is labelled {', '.join(missing)}; its models "
                    "can never predict that. Use fewer folds or another seed",
                    stacklevel=3,
                )


def missing_classes(present: Bool[np.ndarray, "clips classes"]) -> list[str]:
    """Names of the classes that no clip has."""
    return [name for name, found in zip(CLASSES, present.any(axis=0)) if not found]
