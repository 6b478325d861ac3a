"""The front page: question, answer, picture, results."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from gymlib import models
from gymlib.dataset import Dataset
from gymlib.files.atomic import read_json
from gymlib.report import numbers
from gymlib.report.readme import against, five_lines, markdown, results_table

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
    found = numbers.table(data, "chance")
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
