"""What README says of the results, and the front page too: a table, and what speaks against it."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd

from gymlib import models
from gymlib.dataset import Dataset
from gymlib.evaluation.results import approach, approaches
from gymlib.files import paths
from gymlib.files.atomic import write_text
from gymlib.report import numbers

README = paths.REPOSITORY / "README.md"
MARKS = ("<!-- results: filled by `make publish` -->", "<!-- end of results -->")


def results_table(datasets: Sequence[Dataset]) -> str:
    """Markdown: accuracy / macro F1 of every approach, in the thesis and per data set.

    Below those of the thesis what notebook 08 finds best, over all frames of new videos.
    """
    columns = {"thesis": _printed(numbers.thesis())}
    for data in datasets:
        found = numbers.table(data, "chance")
        if found is None:
            columns[data.name] = _printed(numbers.table2(data))
            continue
        for split, rows in found.groupby("split", sort=False):
            name = data.name if split == "clips" else f"{data.name}, new videos"
            columns[name] = {row["approach"]: _with_chance(row) for _, row in rows.iterrows()}
    known = approaches(approach(key).architecture for own in columns.values() for key in own)
    rows = [[own.title, *(c.get(own.key, "–") for c in columns.values())] for own in known]
    more = {f"{data.name}, new videos": _beyond(data) for data in datasets}
    shown = [own for name, own in more.items() if name in columns]
    for title in dict.fromkeys(title for own in shown for title in own):
        rows.append([title, *(more.get(name, {}).get(title, "–") for name in columns)])
    return markdown(["accuracy / macro F1 in %", *columns], rows)


TAUGHT = {
    "models": "by these clips",
    "transfer": "by simulation alone",
    "finetuned": "by simulation, then these clips",
}
"""Table of notebook 08 -> what has taught the network in it."""


def _beyond(data: Dataset) -> dict[str, str]:
    """What the network of this project reaches on new videos, decoded, all frames counted."""
    found, name = {}, models.DEFAULT
    for file, teacher in TAUGHT.items():
        table = numbers.table(data, file)
        # An earlier version of this project left other columns.
        if table is None or name not in set(table.get("architecture", ())):
            continue
        row = table[table["decoded"] & (table["architecture"] == name)].iloc[0]
        title = f"{models.recipe(name).title}, taught {teacher}"
        found[title] = _with_chance(row)
    return found


def _with_chance(row: pd.Series) -> str:
    ends = f"({row['acc_low']:.0f}–{row['acc_high']:.0f})"
    return f"{row['acc_mean']:.0f} {ends} / {row['f1_mean']:.0f}"


def _printed(table2: pd.DataFrame) -> dict[str, str]:
    """Approach -> its two scores as one run gives them."""
    return {key: f"{row.acc_mean:.1f} / {row.f1_mean:.1f}" for key, row in table2.iterrows()}


def against(datasets: Sequence[Dataset]) -> list[str]:
    """What these results do not show, per data set: the verdicts against the thesis and us."""
    lines = []
    for data in datasets:
        found, judged = (numbers.table(data, name) for name in ("chance", "claims"))
        if found is None or judged is None:
            continue
        splits = {split: rows.set_index("approach") for split, rows in found.groupby("split")}
        clips, parts = splits["clips"], []
        if "videos" in splits:
            # Of whole points, as the table prints them.
            change = splits["videos"]["acc_mean"].round() - clips["acc_mean"].round()
            parts.append(
                f"on new videos the accuracy changes by {change['LSTM_E']:+z.0f} points (LSTM "
                f"ensemble) and {change['CNN_E']:+z.0f} (CNN ensemble)"
            )
        whole = clips.loc["LSTM_E", "all_frames"]
        parts.append(
            f"of all labelled frames, those without a pose included, {whole:.0f}% are right"
        )
        failing = judged[judged["here_verdict"] != "holds"]
        parts.append(
            f"{len(failing)} of the thesis's {len(judged)} claims do not hold, or not in "
            f"enough seeds (of {int(clips['seeds'].iloc[0])})"
        )
        lead = judged.set_index("claim").loc["lstm_better"]
        parts.append(f"that the LSTM is better than the CNN {lead['here_verdict']} by the test "
                     f"for overlapping training sets (it holds in {lead['here_holds']} seeds; in "
                     f"the first {lead['here_finding']})")  # fmt: skip
        lines.append(f"- `{data.name}`: " + "; ".join(parts) + ".")
    return ["### What speaks against it", "\n".join(lines)] if lines else []


def five_lines() -> str:
    """README's example in Python."""
    return re.search(r"^```python\n.*?^```$", README.read_text("utf-8"), re.M | re.S)[0]


def markdown(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown."""
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows))


def update_readme(file: Path, table: str) -> None:
    """Put a table between README's two marks. Raises ValueError if the marks are missing."""
    text = file.read_text("utf-8")
    if any(mark not in text for mark in MARKS):
        raise ValueError(f"{file} must hold the lines {MARKS[0]!r} and {MARKS[1]!r}")
    before, rest = text.split(MARKS[0])
    _, after = rest.split(MARKS[1])
    write_text(file, f"{before}{MARKS[0]}\n{table}\n{MARKS[1]}{after}")
