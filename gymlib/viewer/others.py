"""What others than the annotator say of a clip: their labels, and the majority."""

from collections.abc import Iterable

import numpy as np
from jaxtyping import Int

from gymlib.annotation import majority
from gymlib.annotation.annotator_file import AnnotatorFile
from gymlib.labels import UNLABELED_CODE, coarse

MAJORITY = "majority"
Codes = Int[np.ndarray, " frames"]


def labels(own: AnnotatorFile, clip: str, frames: int) -> dict[str, Codes]:
    """All annotators' labels of the clip but one's own, as far as their files can be read."""
    found = {}
    for name in own.data.annotators:
        if name == own.annotator:
            continue
        try:
            codes = AnnotatorFile(own.data, name).read(clip, frames)
        except ValueError:
            continue  # notebook 01 lists what is wrong with it
        if (codes >= UNLABELED_CODE).any():
            found[name] = np.maximum(codes, UNLABELED_CODE)
    return found


def majority_of(votes: Iterable[Codes]) -> Codes | None:
    """The majority of labels, kinds left aside; None if there are no votes."""
    cast = [np.maximum(coarse(codes), UNLABELED_CODE) for codes in votes]
    return majority.majority(np.stack(cast, axis=1))[0] if cast else None
