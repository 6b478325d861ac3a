"""The authors' result files and folds, to set their numbers beside ours."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from jaxtyping import Float

from gymlib.formats.authors.clip import ImportFault, clip_name
from gymlib.labels import CLASSES


@dataclass(frozen=True)
class AuthorsResult:
    """One result file; what it does not hold is None.

    Attributes
    ----------
    losses : mean training loss per epoch, as recorded.
    probabilities : (frames, 4) on the test set, in the order of the classes.
    accuracy, f1 : as recorded (0 to 1).
    confusion : (4, 4), rows true, as recorded (counts or shares).
    """

    learning_rate: float | None = None
    momentum: float | None = None
    losses: Float[np.ndarray, " epochs"] | None = None
    probabilities: Float[np.ndarray, "frames 4"] | None = None
    accuracy: float | None = None
    f1: float | None = None
    confusion: Float[np.ndarray, "4 4"] | None = None


NAMES = {
    "learning_rate": ("learning_rate", "lr"),
    "momentum": ("momentum",),
    "losses": ("loss",),
    "probabilities": ("softmax_on_testset",),
    "accuracy": ("acc",),
    "f1": ("f1",),
    "confusion": ("cm", "Confusion Matrix", "Confusion matrix"),
}
"""Our field -> the names it has in their files, which differ between CNN and LSTM."""


def read_result(path: Path) -> AuthorsResult:
    """A JSON file of a base model, an ensemble or an averaged model, of either architecture.

    ``softmax_on_testset`` holds log-probabilities in spite of its name; they become
    probabilities. Raises ImportFault if nothing of a result is in the file, or a matrix has
    another shape than its field asks for.
    """
    content = _load(path)
    found = {
        field: next((content[name] for name in names if name in content), None)
        for field, names in NAMES.items()
    }
    if all(value is None for value in found.values()):
        raise ImportFault(f"{path}: no result in it, only {', '.join(content) or 'nothing'}")
    k = len(CLASSES)
    found["losses"] = _array(found["losses"], (None,), "loss", path)
    logs = _array(found["probabilities"], (None, k), "softmax_on_testset", path)
    found["probabilities"] = None if logs is None else np.exp(logs)
    found["confusion"] = _array(found["confusion"], (k, k), "confusion matrix", path)
    return AuthorsResult(**found)


def read_parameters(path: Path) -> pd.DataFrame:
    """``overview_parameters``: learning_rate and momentum, one row per model."""
    content = _load(path)
    if not {"lrs", "momentums"} <= set(content) or len(content["lrs"]) != len(content["momentums"]):
        raise ImportFault(f"{path}: expected lists 'lrs' and 'momentums' of one length")
    columns = {"learning_rate": content["lrs"], "momentum": content["momentums"]}
    return pd.DataFrame(columns, dtype=float)


def read_folds(folder: Path) -> pd.DataFrame:
    """The clips of kfold/: outer, inner (-1 for the outer split itself), part and clip.

    Parts are train and test in the outer split, train and validation in the inner ones. The
    five clips that the authors withheld are in none.
    """
    rows = []
    for outer, fold in enumerate(sorted(Path(folder).glob("fold[0-9]*"))):
        splits = {(-1, "train"): "tra.json", (-1, "test"): "tes.json"}
        for inner in range(len(list(fold.glob("sub_folder[0-9]*")))):
            splits[inner, "train"] = f"sub_folder{inner}/train.json"
            splits[inner, "validation"] = f"sub_folder{inner}/val.json"
        for (inner, part), name in splits.items():
            names = [clip_name(*key.split("_", 1)) for key in _load(fold / name)]
            rows += [(outer, inner, part, clip) for clip in names]
    if not rows:
        raise ImportFault(
            f"{folder}: expected folders fold0, fold1, ... with tra.json and tes.json"
        )
    return pd.DataFrame(rows, columns=["outer", "inner", "part", "clip"])


def _load(path: Path) -> dict:
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ImportFault(f"{path} is missing") from None
    except (ValueError, RecursionError) as error:
        raise ImportFault(f"{path} is not JSON: {error}") from None
    if not isinstance(content, dict):
        raise ImportFault(f"{path}: expected names and values, found {type(content).__name__}")
    return content


def _array(value, shape: tuple, name: str, path: Path) -> np.ndarray | None:
    """``value`` as floats of ``shape`` (None: any length)."""
    if value is None:
        return None
    try:
        array = np.array(value, dtype=float)
    except (TypeError, ValueError):
        raise ImportFault(f"{path}: {name} is not a table of numbers") from None
    fits = [wanted in (None, found) for wanted, found in zip(shape, array.shape)]
    if array.ndim != len(shape) or not all(fits):
        raise ImportFault(f"{path}: {name} has the shape {array.shape}, expected {shape}")
    return array
