"""Tables for reading in a notebook, in the thesis's form: pandas Stylers, nothing computed."""

import pandas as pd
from pandas.io.formats.style import Styler

from gymlib import models
from gymlib.evaluation.results import model_name, title

VERDICT_COLOURS = {"holds": "#007A5A", "does not hold": "#B84A00", "undecided": "#666666"}


def style_table1(here: pd.DataFrame, thesis: pd.DataFrame) -> Styler:
    """Table 1 in the thesis's form, published figures beside: a pandas Styler (percent)."""
    keys, scores = ["K", "model"], {"acc": "accuracy", "f1": "F1"}
    table = here.set_index(keys).join(thesis.set_index(keys), rsuffix="/thesis")
    parts = [column.removesuffix("/thesis").rpartition("_") for column in table]
    sides = ["thesis" if column.endswith("/thesis") else "here" for column in table]
    table.columns = pd.MultiIndex.from_tuples(
        (side, models.recipe(name).title, scores[score])
        for side, (name, _, score) in zip(sides, parts)
    )
    table.index = table.index.map(lambda key: (f"K = {key[0]}", model_name(key[1])))
    table.index.names = ["", ""]
    strong = [key for key in table.index if not key[1].startswith("Base")]
    return (
        table.style.set_uuid("table1")
        .format(precision=1, na_rep="–")
        .map_index(lambda value: "text-align: left", axis=0)
        .apply(lambda row: ["font-weight: bold" if row.name in strong else ""] * len(row), axis=1)
    )


def style_table2(here: pd.DataFrame, thesis: pd.DataFrame) -> Styler:
    """Table 2 with the published figures beside: "mean ± sd" in percent, as a pandas Styler."""
    sides = {"here": here, "thesis": thesis}
    cells = {
        (side, label): {
            title(row.approach): f"{row[f'{score}_mean']:.2f} ± {row[f'{score}_sd']:.2f}"
            for _, row in table.iterrows()
        }
        for side, table in sides.items()
        for score, label in (("acc", "accuracy"), ("f1", "F1"))
    }
    order = [title(key) for key in here["approach"]]
    return pd.DataFrame(cells).loc[order].style.set_uuid("table2")


def style_claims(table: pd.DataFrame) -> Styler:
    """The claims with finding and verdict of thesis and data, verdicts coloured: a Styler."""
    shown = table[
        ["statement", "rule", "thesis_finding", "thesis_verdict", "here_finding", "here_verdict"]
    ]
    verdicts = ["thesis_verdict", "here_verdict"]
    return (
        shown.style.set_uuid("claims")
        .hide(axis="index")
        .map(lambda verdict: f"color: {VERDICT_COLOURS[verdict]}; font-weight: bold", verdicts)
        .set_properties(verdicts, **{"white-space": "nowrap"})
        .relabel_index(
            ["claim", "decided by", "in the thesis's figures", "", "on this data", ""], axis=1
        )
        .set_properties(**{"text-align": "left", "vertical-align": "top"})
    )
