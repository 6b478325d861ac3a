"""Tables for reading in a notebook, in the thesis's form: pandas Stylers, nothing computed."""

from collections.abc import Mapping

import pandas as pd
from pandas.io.formats.style import Styler

from gymlib import models
from gymlib.dataset.schemas import MEASURED
from gymlib.evaluation.repeats import SPLITS
from gymlib.evaluation.results import model_name, title
from gymlib.evaluation.sequence_scores import MEASURES

VERDICT_COLOURS = {"holds": "#007A5A", "does not hold": "#B84A00"}
OTHER_VERDICT = "#666666"


def style_table1(here: pd.DataFrame, thesis: pd.DataFrame) -> Styler:
    """Table 1 in the thesis's form, published figures beside: a pandas Styler (percent)."""
    keys, scores = ["K", "model"], {"acc": "accuracy", "f1": "F1"}
    sides = {"here": here.set_index(keys), "thesis": thesis.set_index(keys)}
    own = sides["here"].columns  # the published table may hold other architectures
    sides["thesis"] = sides["thesis"][[name for name in own if name in sides["thesis"]]]
    table = pd.concat(sides, axis=1).loc[sides["here"].index]
    parts = [(side, *column.rsplit("_", 1)) for side, column in table]
    table.columns = pd.MultiIndex.from_tuples(
        (side, models.recipe(name).title, scores[score]) for side, name, score in parts
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
    return pd.DataFrame(cells).loc[order].style.set_uuid("table2").format(na_rep="–")


def style_conditions(table: pd.DataFrame) -> Styler:
    """Accuracy in percent, a row per architecture and a column per condition: a Styler.

    ``table`` as gymlib.evaluation.conditions.table gives it.
    """
    titles = {name: models.recipe(name).title for name in table.columns[2:]}
    shown = table.rename(columns=titles).astype({"frames": "object"}).set_index("condition").T
    return shown.style.format(lambda cell: f"{cell:,}" if isinstance(cell, int) else f"{cell:.0f}%")


def style_chance(chance: pd.DataFrame, thesis: pd.DataFrame) -> Styler:
    """Scores with their intervals beside the thesis's, and where that one lies: a Styler.

    ``chance`` as gymlib.evaluation.chance.table gives it, ``thesis`` its table 2.
    """
    published, rows = thesis.set_index("approach"), []
    for _, row in chance.iterrows():
        known = row["approach"] in published.index
        cells = {"": SPLITS[row["split"]], "approach": title(row["approach"])}
        for score, name in (("acc", "accuracy"), ("f1", "macro F1")):
            low, high = row[f"{score}_low"], row[f"{score}_high"]
            cells[name] = _interval(row, score, ".0f")
            value = published.loc[row["approach"], f"{score}_mean"] if known else float("nan")
            place = "inside" if low <= value <= high else "below" if value < low else "above"
            cells[f"thesis, {name}"] = f"{value:.1f}, {place}" if known else "–"
        cells["accuracy, all frames"] = f"{row['all_frames']:.0f}"
        rows.append(cells | {"seeds": row["seeds"]})
    return pd.DataFrame(rows).style.set_uuid("chance").hide(axis="index")


def style_parts(parts: pd.DataFrame, part: str) -> Styler:
    """Every ensemble's accuracy on every part, with intervals: a Styler.

    ``parts`` as gymlib.evaluation.parts.table gives it; ``part`` is its column of names.
    """
    rows = []
    for name, of_part in parts.groupby(part, sort=False, observed=True):
        of_part = of_part.set_index(["approach", "split"])
        clips, frames, labelled = of_part.iloc[0][["clips", "frames", "labelled"]]
        about = (str(name), f"{clips:,}", f"{labelled:,}", f"{100 * frames / labelled:.0f}%")
        for key in of_part.index.unique("approach"):
            own = of_part.loc[key]
            cells = dict(zip((part, "clips", "labelled frames", "with a pose"), about))
            cells["approach"] = title(key)
            for split, row in own.iterrows():
                cells[SPLITS[split]] = _interval(row, "acc", ".0f")
            cells["folds of clips, all frames"] = f"{own['all_frames'].iloc[0]:.0f}"
            rows.append(cells)
            about = ("",) * len(about)  # once per part
    return pd.DataFrame(rows).fillna("–").style.set_uuid(f"parts-{part}").hide(axis="index")


def style_learning_curve(curve: pd.DataFrame) -> Styler:
    """Scores by clips trained on, and the gain over the row above, with intervals: a Styler.

    ``curve`` as gymlib.evaluation.chance.curve gives it.
    """
    rows = []
    for _, row in curve.iterrows():
        part = "all" if row["share"] == 1 else f"1/{1 / row['share']:.0f}"
        cells = {"": models.recipe(row["architecture"]).title}
        cells["clips trained on"] = f"{row['trained']:.0f} ({part})"
        for score, name in (("acc", "accuracy"), ("f1", "macro F1")):
            cells[name] = _interval(row, score, ".0f")
            cells[f"gain, {name}"] = _interval(row, f"{score}_gain", "+z.1f")
        rows.append(cells)
    return pd.DataFrame(rows).style.set_uuid("learning-curve").hide(axis="index")


def style_models(scores: pd.DataFrame, name: str = "models") -> Styler:
    """Scores of architectures with their intervals, two rows each, the best on top: a Styler.

    ``scores`` as gymlib.evaluation.sequence_scores.table gives it; ``name`` sets several tables
    of a page apart.
    """
    rows = []
    best = scores.groupby("architecture")["acc_mean"].transform("max")
    ordered = scores.assign(best=best).sort_values(["best", "architecture"], ascending=False)
    for architecture, own in ordered.groupby("architecture", sort=False):
        for _, row in own.sort_values("decoded").iterrows():
            answer = "decoded" if row["decoded"] else "each frame alone"
            cells = {"": "" if row["decoded"] else _title(architecture), "answer": answer}
            for measure, words in MEASURES.items():
                cells[words] = _interval(row, measure, ".2f" if measure == "surplus" else ".0f")
            rows.append(cells)
    return pd.DataFrame(rows).style.set_uuid(name).hide(axis="index")


def _title(architecture: str) -> str:
    """Of an architecture; answers that several gave together have their title as their name."""
    known = architecture in models.names()
    return models.recipe(architecture).title if known else architecture


def _interval(row: pd.Series, score: str, form: str) -> str:
    mean, low, high = (format(row[f"{score}_{end}"], form) for end in ("mean", "low", "high"))
    return "–" if pd.isna(row[f"{score}_mean"]) else f"{mean} ({low} to {high})"


def style_errors(errors: Mapping[str, pd.DataFrame]) -> Styler:
    """How far measurements are from the truth: a Styler.

    ``errors``: on whose poses -> as gymlib.kinematics.accuracy.errors gives it, of the same clips.
    """
    tables = {
        whose: pd.DataFrame([_error_cells(name, row) for name, row in table.iterrows()])
        for whose, table in errors.items()
    }
    known = next(iter(tables.values()))[["", "attempts", "within"]]
    own = {whose: table.drop(columns=known.columns) for whose, table in tables.items()}
    return pd.concat({"": known, **own}, axis=1).style.set_uuid("errors").hide(axis="index")


def _error_cells(name: str, row: pd.Series) -> dict[str, str]:
    tolerance, error = row["tolerance"], row["median error"]
    unit = f" ({MEASURED[name]})" if name in MEASURED else ""
    shares = {"seen": "measured", "right": "right", "held": "held"}
    return {
        "": name.replace("_", " ") + unit,
        "attempts": f"{row['attempts']:,}",
        "within": tolerance if isinstance(tolerance, str) else f"{tolerance:g}",
        **{word: "–" if pd.isna(row[of]) else f"{row[of]:.0%}" for word, of in shares.items()},
        "median error": "–" if pd.isna(error) else f"{error:.2f}",
    }


def style_claims(table: pd.DataFrame) -> Styler:
    """The claims with finding and verdict of thesis and data, verdicts coloured: a Styler."""
    names = {
        "statement": "claim", "rule": "decided by", "thesis_finding": "in the thesis's figures",
        "thesis_verdict": "", "here_finding": "on this data, first seed",
        "here_verdict": "in all seeds", "here_holds": "seeds",
    }  # fmt: skip
    shown, verdicts = table[list(names)], ["thesis_verdict", "here_verdict"]
    return (
        shown.style.set_uuid("claims")
        .hide(axis="index")
        .map(
            lambda verdict: (
                f"color: {VERDICT_COLOURS.get(verdict, OTHER_VERDICT)}; font-weight: bold"
            ),
            verdicts,
        )
        .set_properties(verdicts, **{"white-space": "nowrap"})
        .relabel_index(list(names.values()), axis=1)
        .set_properties(**{"text-align": "left", "vertical-align": "top"})
    )
