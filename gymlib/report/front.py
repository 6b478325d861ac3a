"""The front page: question, answer, picture, results; and the same table in README."""

from pathlib import Path

import nbformat

from gymlib.evaluation.results import title
from gymlib.files import paths
from gymlib.files.atomic import read_json, write_text
from gymlib.report import numbers, pages

MARKS = ("<!-- results: filled by `make report` -->", "<!-- end of results -->")

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


def front_page(video: str | None) -> str:
    """The page's text, in MyST Markdown.

    Parameters
    ----------
    video : address of the overlay video, described by figures/overlay.json; None leaves it out.
    """
    parts = [f"# {TITLE}", f"**{QUESTION}** {ABOUT}", answer(), video and _film(video)]
    parts += ["## Results", results_table(), _caveat(), "## Pages", _pages(), _contents()]
    return "\n\n".join(part for part in parts if part) + "\n"


def answer() -> str:
    """Up to three sentences with the numbers of the data sets at hand; "" if there are none."""
    tables = {name: numbers.table2(name) for name in numbers.judged()}
    if not tables:
        return ""
    thesis = numbers.published()

    def each(approach: str, column: str = "acc_mean") -> str:
        found = [f"{t.loc[approach, column]:.1f}% (`{name}`)" for name, t in tables.items()]
        return " and ".join(found)

    gains = [
        f"{t.loc['LSTM_E', 'f1_mean'] - t.loc['CNN_E', 'f1_mean']:+.1f}" for t in tables.values()
    ]
    published = thesis.loc["LSTM_E", "f1_mean"] - thesis.loc["CNN_E", "f1_mean"]
    sentences = [
        f"An ensemble of LSTMs, which read the whole clip, labels {each('LSTM_E')} of the frames "
        f"right; in the thesis it was {thesis.loc['LSTM_E', 'acc_mean']:.1f}%.",
        f"An ensemble of CNNs, which see one frame at a time, reaches {each('CNN_E')}: reading "
        f"the clip changes the F1 by {' and '.join(gains)} points, in the thesis by "
        f"{published:+.1f}.",
    ]
    if moved := numbers.transfer():
        sentences.append(
            "LSTMs that have only ever seen simulated gymnasts give "
            f"{moved['accuracy']:.1f}% of the frames of real ones the right label, where always "
            f"naming the most frequent one would give {moved['largest_class']:.1f}%."
        )
    return " ".join(sentences)


def _film(video: str) -> str:
    about = read_json(paths.home() / "figures" / "overlay.json")
    alt = (
        "Video of a simulated gymnast who takes off, turns a somersault and lands. The skeleton is "
        "drawn on the body; bars show the probabilities of the four classes, and below run the "
        "probabilities, the label and the prediction over time, with a moving line."
    )
    return (
        '<figure class="film">\n'
        f'<video controls muted loop playsinline preload="metadata" aria-label="{alt}" '
        f'src="{video}"></video>\n'
        f"<figcaption>Clip {about['clip']}: of the somersaults that land on the feet, the one that "
        f"the LSTM ensemble labels best ({about['accuracy']:.0f}% of the frames with a pose); "
        "its models were not trained on it. Page 07 shows the median and the worst clip."
        f'<div class="legend">figures/overlay · {about["dataset"]}, data {about["data"]} · commit '
        f"{about['commit']}</div></figcaption>\n</figure>"
    )


def results_table() -> str:
    """Markdown: accuracy / macro F1 of every approach, published and per data set."""
    columns = {"thesis": numbers.scores(numbers.published())}
    columns |= {name: numbers.scores(numbers.table2(name)) for name in numbers.judged()}
    head = "| accuracy / macro F1 in % | " + " | ".join(columns) + " |"
    rule = "| --- " * (len(columns) + 1) + "|"
    rows = [
        f"| {title(key)} | " + " | ".join(column[key] for column in columns.values()) + " |"
        for key in columns["thesis"]
    ]
    return "\n".join([head, rule, *rows])


def _caveat() -> str:
    return (
        "Means over the outer folds. The folds split clips, not people: expect less on gymnasts "
        "never filmed before. What may go wrong, and for whom the models are not, is in the "
        "[model card](model_card.md)."
    )


def _pages() -> str:
    """One line per data set, and the pages that belong to all."""
    lines = []
    for dataset in numbers.shown():
        links = " · ".join(
            f"[{title}]({dataset}/{name}.ipynb)" for name, title in notebooks(dataset).items()
        )
        lines.append(f"- **{dataset}**: [data sheet]({dataset}/datasheet.md) · {links}")
    lines.append(
        "- **For all**: [](annotation_guide.md), what the four labels mean, with pictures of the "
        "doubtful cases · [](model_card.md)"
    )
    return "\n".join(lines)


def notebooks(dataset: str) -> dict[str, str]:
    """Name -> title of a data set's executed notebooks, without the copies of failed runs."""
    files = sorted(paths.report(dataset).glob("0?_*.ipynb"))
    return {
        file.stem: pages.title(nbformat.read(file, as_version=4)) or file.stem
        for file in files
        if not file.name.endswith(".failed.ipynb")
    }


def _contents() -> str:
    """The navigation: one chapter per data set, then what belongs to all."""
    chapters = {
        dataset: [f"Data sheet <{dataset}/datasheet>"]
        + [f"{title} <{dataset}/{name}>" for name, title in notebooks(dataset).items()]
        for dataset in numbers.shown()
    } | {"for all": ["annotation_guide", "model_card"]}
    return "\n\n".join(
        f"```{{toctree}}\n:hidden:\n:caption: {title}\n" + "\n".join(entries) + "\n```"
        for title, entries in chapters.items()
    )


def update_readme(repository: Path) -> None:
    """Put the current results table between README's two marks.

    Raises ValueError if the marks are missing.
    """
    readme = repository / "README.md"
    text = readme.read_text("utf-8")
    if any(mark not in text for mark in MARKS):
        raise ValueError(f"{readme} must hold the lines {MARKS[0]!r} and {MARKS[1]!r}")
    before, rest = text.split(MARKS[0])
    _, after = rest.split(MARKS[1])
    write_text(readme, f"{before}{MARKS[0]}\n{results_table()}\n{MARKS[1]}{after}")
