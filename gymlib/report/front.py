"""The front page: question, answer, picture, results; and the same table in README."""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pandas as pd

from gymlib import models
from gymlib.dataset import Dataset
from gymlib.evaluation.results import approach, approaches
from gymlib.files import paths
from gymlib.files.atomic import read_json, write_text
from gymlib.report import numbers

README = paths.REPOSITORY / "README.md"
MARKS = ("<!-- results: filled by `make publish` -->", "<!-- end of results -->")

TITLE = "Gymnastics, frame by frame"
QUESTION = (
    "Can a computer say, for every frame of an amateur's video, whether the gymnast is idle, "
    "taking off, in the skill or landing?"
)
ABOUT = (
    "This report replicates the thesis *Vision Based Human Motion Analysis In Gymnastics* on data "
    "that anyone can obtain: real skeletons that the thesis's authors printed (`recovered`) and "
    "generated gymnasts on video (`simulated`). BlazePose finds a skeleton in each frame, a CNN "
    "sees one skeleton at a time, a bi-directional LSTM the whole clip."
)
CAVEAT = (
    "Means over the outer folds, in brackets the accuracy's 95 % interval over clips and seeds. "
    "Folds of clips have the same people on both sides; *new videos* leaves whole videos out, and "
    "is what to expect of gymnasts never filmed before. What may go wrong, and for whom the models "
    "are not, is in the [model card](model_card.md)."
)
QUICK = (
    "These runs show that everything runs. Their numbers mean little: few clips, few models, a "
    "few epochs of training."
)


def front_page(
    datasets: Sequence[Dataset],
    titles: Mapping[str, Mapping[str, str]],
    documents: Sequence[str],
    film: Path | None = None,
) -> str:
    """The page's text, in MyST Markdown.

    Parameters
    ----------
    titles : data set -> name of each of its executed notebooks -> title.
    documents : names of the pages that belong to all data sets.
    film : the overlay video, described by a .json beside it; the page has it in _static.
    """
    full, quick = numbers.judged(datasets), numbers.judged(datasets, quick=True)
    parts = [f"# {TITLE}", f"**{QUESTION}** {ABOUT}", answer(datasets), film and _film(film)]
    parts += ["## Results", results_table(full), CAVEAT, *against(full), *_beside(full)]
    if quick:
        parts += ["## Quick runs", QUICK, results_table(quick)]
    parts += ["## In five lines", five_lines()]
    parts += ["## Pages", _pages(titles, documents), _contents(titles, documents)]
    return "\n\n".join(part for part in parts if part) + "\n"


def answer(datasets: Sequence[Dataset]) -> str:
    """Up to three sentences with the numbers of full runs; "" if there are none."""
    tables = {data.name: _means(data) for data in numbers.judged(datasets)}
    if not tables:
        return ""
    thesis = numbers.thesis()

    def each(approach: str) -> str:  # to whole points: chance moves them by several
        found = [f"{t.loc[approach, 'acc_mean']:.0f}% (`{name}`)" for name, t in tables.items()]
        return " and ".join(found)

    gains = [
        f"{t.loc['LSTM_E', 'f1_mean'] - t.loc['CNN_E', 'f1_mean']:+.0f}" for t in tables.values()
    ]
    published = thesis.loc["LSTM_E", "f1_mean"] - thesis.loc["CNN_E", "f1_mean"]
    sentences = [
        f"An ensemble of LSTMs, which read the whole clip, labels {each('LSTM_E')} of the frames "
        f"right; in the thesis it was {thesis.loc['LSTM_E', 'acc_mean']:.1f}%.",
        f"An ensemble of CNNs, which see one frame at a time, reaches {each('CNN_E')}: reading "
        f"the clip changes the F1 by {' and '.join(gains)} points, in the thesis by "
        f"{published:+.1f}.",
    ]
    if moved := numbers.transfer(datasets):
        own = models.recipe(moved["config"]["architecture"]).title
        sentences.append(
            f"Taught by simulated gymnasts alone, an ensemble of {own}s gives "
            f"{moved['accuracy']:.0f}% of the frames of real ones the right label, where always "
            f"naming the most frequent one would give {moved['largest_class']:.0f}%."
        )
    return " ".join(sentences)


def _means(data: Dataset) -> pd.DataFrame:
    """Scores per approach: means over seeds where they are known, else those of the one run."""
    found = numbers.chance(data)
    if found is None:
        return numbers.table2(data)
    return found[found["split"] == "clips"].set_index("approach")


def _film(film: Path) -> str:
    about = read_json(film.with_suffix(".json"))
    alt = (
        "Video of a simulated gymnast who takes off, turns a somersault and lands. The skeleton is "
        "drawn on the body; bars show the probabilities of the four classes, and below run the "
        "probabilities, the label and the prediction over time, with a moving line."
    )
    return (
        '<figure class="film">\n'
        f'<video controls muted loop playsinline preload="metadata" aria-label="{alt}" '
        f'src="_static/{film.name}"></video>\n'
        f"<figcaption>Clip {about['clip']}: of the somersaults that land on the feet, the one of "
        f"median accuracy ({about['accuracy']:.0f}% of the frames with a pose are labelled right "
        "by the LSTM ensemble); its models were not trained on it. Page 07 shows the worst clip."
        f'<div class="legend">{film.stem} · {about["dataset"]}, data {about["data"]} · commit '
        f"{about['commit']}</div></figcaption>\n</figure>"
    )


def results_table(datasets: Sequence[Dataset]) -> str:
    """Markdown: accuracy / macro F1 of every approach, in the thesis and per data set.

    Below those of the thesis what notebook 08 finds best, over all frames of new videos.
    """
    columns = {"thesis": _printed(numbers.thesis())}
    for data in datasets:
        found = numbers.chance(data)
        if found is None:
            columns[data.name] = _printed(numbers.table2(data))
            continue
        for split, rows in found.groupby("split", sort=False):
            name = data.name if split == "clips" else f"{data.name}, new videos"
            columns[name] = {
                row.approach: f"{row.acc_mean:.0f} ({row.acc_low:.0f}–{row.acc_high:.0f}) / "
                f"{row.f1_mean:.0f}"
                for row in rows.itertuples()
            }
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
        table = numbers.scores(data, file)
        # An earlier version of this project left other columns.
        if table is None or name not in set(table.get("architecture", ())):
            continue
        row = table[table["decoded"] & (table["architecture"] == name)].iloc[0]
        title = f"{models.recipe(name).title}, taught {teacher}"
        found[title] = (
            f"{row['acc_mean']:.0f} ({row['acc_low']:.0f}–{row['acc_high']:.0f}) / "
            f"{row['f1_mean']:.0f}"
        )
    return found


def _printed(table2: pd.DataFrame) -> dict[str, str]:
    """Approach -> its two scores as one run gives them."""
    return {key: f"{row.acc_mean:.1f} / {row.f1_mean:.1f}" for key, row in table2.iterrows()}


def against(datasets: Sequence[Dataset]) -> list[str]:
    """What these results do not show, per data set: the verdicts against the thesis and us."""
    lines = []
    for data in datasets:
        found, judged = numbers.chance(data), numbers.claims(data)
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


def _beside(datasets: Sequence[Dataset]) -> list[str]:
    """This run's numbers beside the published ones, of the data sets where they differ."""
    parts = []
    for data in datasets:
        table = numbers.compared(data)
        if len(table.columns) > 2 and table.filter(like="difference").abs().max(axis=None) > 0:
            signs = ["+.1f" if "difference" in name else ".1f" for name in table]
            rows = [
                [name, *(format(value, sign) for value, sign in zip(row, signs))]
                for name, row in table.iterrows()
            ]
            parts += [f"`{data.name}`:", markdown(["%", *table], rows)]
    return ["### This run beside the published one", *parts] if parts else []


def five_lines() -> str:
    """README's example in Python."""
    return re.search(r"^```python\n.*?^```$", README.read_text("utf-8"), re.M | re.S)[0]


def markdown(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown."""
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows))


def _pages(titles: Mapping[str, Mapping[str, str]], documents: Sequence[str]) -> str:
    """One line per data set, and the pages that belong to all."""
    lines = [
        f"- **{dataset}**: "
        + " · ".join(
            [f"[data sheet]({dataset}/datasheet.md)"]
            + [f"[{title}]({dataset}/{name}.ipynb)" for name, title in own.items()]
        )
        for dataset, own in titles.items()
    ]
    common = " · ".join(f"[](/{name}.md)" for name in documents)
    return "\n".join([*lines, f"- **For all**: {common}"])


def _contents(titles: Mapping[str, Mapping[str, str]], documents: Sequence[str]) -> str:
    """The navigation: one chapter per data set, then what belongs to all."""
    chapters = {
        dataset: [f"Data sheet <{dataset}/datasheet>"]
        + [f"{title} <{dataset}/{name}>" for name, title in own.items()]
        for dataset, own in titles.items()
    } | {"for all": documents}
    return "\n\n".join(
        f"```{{toctree}}\n:hidden:\n:caption: {title}\n" + "\n".join(entries) + "\n```"
        for title, entries in chapters.items()
    )


def update_readme(file: Path, table: str) -> None:
    """Put a table between README's two marks. Raises ValueError if the marks are missing."""
    text = file.read_text("utf-8")
    if any(mark not in text for mark in MARKS):
        raise ValueError(f"{file} must hold the lines {MARKS[0]!r} and {MARKS[1]!r}")
    before, rest = text.split(MARKS[0])
    _, after = rest.split(MARKS[1])
    write_text(file, f"{before}{MARKS[0]}\n{table}\n{MARKS[1]}{after}")
