"""The figures the thesis published, as data: tables 1 and 2, figure 2, counts, loss curves.

thesis.json holds them with their source; nothing in it was computed here.
"""

import functools
import json
from importlib import resources

import numpy as np
import pandas as pd
from jaxtyping import Float


@functools.cache
def _text() -> str:
    return resources.files(__name__).joinpath("thesis.json").read_text("utf-8")


def thesis() -> dict:
    """All published figures, a fresh copy; scores are in percent."""
    return json.loads(_text())


def table1() -> pd.DataFrame:
    """Table 1: K (outer fold from 1), model, lstm_acc, lstm_f1, cnn_acc, cnn_f1 (percent)."""
    return pd.DataFrame(thesis()["table1"])


def table2() -> pd.DataFrame:
    """Table 2: approach, mean and standard deviation of accuracy and macro F1 (percent)."""
    rows = thesis()["table2"]
    return pd.DataFrame([{"approach": name, **values} for name, values in rows.items()])


def confusions() -> dict[str, Float[np.ndarray, "4 4"]]:
    """Figure 2: approach -> mean row-normalised confusion matrix (rows true, in 0 to 1)."""
    matrices = thesis()["confusion"]
    return {name: np.array(m) for name, m in matrices.items() if name != "status"}
