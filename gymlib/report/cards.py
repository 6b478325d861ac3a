"""Data sheets, model card, guide: prose written once, numbers filled in when the site is built.

The headings are those of Gebru et al. (2021), "Datasheets for Datasets", and of Mitchell et al.
(2019), "Model Cards for Model Reporting".
"""

import re
from collections.abc import Sequence
from pathlib import Path

from gymlib import models
from gymlib.dataset import Dataset
from gymlib.evaluation.protocol import THESIS
from gymlib.evaluation.results import title
from gymlib.files import paths
from gymlib.files.atomic import read_json
from gymlib.files.markdown import STRANGERS
from gymlib.labels import CLASSES
from gymlib.prediction import pretrained
from gymlib.report import numbers
from gymlib.report.front import markdown


def datasheet(data: Dataset) -> str:
    """A data set's sheet: its DATASHEET.md or the one in docs/, then its numbers.

    A data set without either gets its numbers alone. Its own sheet may be a stranger's.
    """
    names = (data.name, data.name.removesuffix("-quick"))
    own = data.folder / "DATASHEET.md"
    written = [own, *(paths.DOCS / f"datasheet_{n}.md" for n in names)]
    found = next((file for file in written if file.is_file()), None)
    title = f"# Data sheet: {data.name}"
    # A quick set's own name.
    sheet = re.sub(r"\A# .*", title, found.read_text("utf-8")) if found else title
    return f"{STRANGERS if found == own else ''}{sheet}\n\n{_in_numbers(data)}\n"


def _in_numbers(data: Dataset) -> str:
    found = numbers.description(data)
    if found is None:
        return "Not counted yet: `make report` counts the data set when it is at hand."
    rows = {
        "clips": f"{found['clips']} from {found['videos']} videos (groups of clips)",
        "frames": f"{found['frames']:,}",
        "frames per clip": f"{found['shortest']} to {found['longest']}, median {found['median']:g}",
        "annotators": ", ".join(found["annotators"]),
        "labels": ", ".join(f"{name} {share:.1%}" for name, share in found["labels"].items()),
        "frames with a pose": f"{found['with_pose']:.1%}",
    }
    if "alpha" in found:
        rows["frames on which all annotators agree"] = f"{found['unanimous']:.1%}"
        rows["Krippendorff's alpha"] = f"{found['alpha']:.3f}"
    rows["data, commit"] = f"{found['data']}, {found['commit']}"
    return "## In numbers\n\n" + markdown(["", ""], rows.items())


def guide() -> str:
    """The annotation guide, its pictures with captions that say what they were drawn from."""
    about = read_json(paths.DOCS / "annotation_guide" / "pictures.json")
    origin = (
        f"annotation_guide · {about['dataset']}, data {about['data']} · commit {about['commit']}"
    )

    def figure(found: re.Match) -> str:
        alt, name = found["alt"], found["name"]
        example = about["pictures"][name]
        *frames, last = map(str, example["frames"])
        return (
            f"```{{figure}} annotation_guide/{name}.svg\n:name: {name}\n:alt: {alt}\n\n"
            f"Clip {example['clip']}, frames {', '.join(frames)} and {last}.\n\n{origin}\n```"
        )

    text = (paths.DOCS / "annotation_guide.md").read_text("utf-8")
    return re.sub(
        r"^!\[(?P<alt>.*)\]\(annotation_guide/(?P<name>\w+)\.svg\)$", figure, text, flags=re.M
    )


def model_card(datasets: Sequence[Dataset], file: Path | None = None) -> str:
    """docs/model_card.md, or another file, with its ``{{ names }}`` replaced by numbers.

    Raises ValueError if the text asks for a number there is none for.
    """
    text = (file or paths.DOCS / "model_card.md").read_text("utf-8")
    for name, value in _substitutions(datasets).items():
        text = text.replace(f"{{{{ {name} }}}}", value)
    if "{{" in text:
        unknown = text[text.index("{{") :].split("}}")[0] + "}}"
        raise ValueError(f"the model card asks for {unknown}, which nothing computes")
    return text


def _substitutions(datasets: Sequence[Dataset]) -> dict[str, str]:
    judged, shipped = numbers.judged(datasets), read_json(pretrained.FOLDER / "card.json")
    known = [*THESIS.recipes, models.recipe(models.DEFAULT)]
    return {
        **{f"{r.name}_parameters": f"{models.parameters(r.build(0)):,}" for r in known},
        "pretrained": f"{shipped['clips']:,} generated clips ({shipped['frames']:,} frames)",
        "base_models": str(THESIS.inner),
        "outer_folds": str(THESIS.outer),
        "data": _trained_on(judged),
        "scores": _scores(judged),
        "classes": _classes(judged),
        "transfer": _transfer(datasets),
    }


def _trained_on(judged: list[Dataset]) -> str:
    lines = [
        f"- `{data.name}`: {found['clips']} clips from {found['videos']} videos (groups of clips), "
        f"{found['frames']:,} frames{_counted(data)} ([data sheet]({data.name}/datasheet.md))"
        for data in judged
        if (found := numbers.description(data))
    ]
    return "\n".join(lines) or "No data set has been counted yet."


def _counted(data: Dataset) -> str:
    """How many frames the scores stand on; nothing before notebook 07 counted them."""
    per_class = numbers.table(data, "per_class")
    if per_class is None:
        return ""
    tested = per_class.groupby("approach")["frames"].sum().max()
    return f", {tested:,} of them with a pose and a label"


def _scores(judged: list[Dataset]) -> str:
    """Mean and deviation over the outer folds, every approach and data set."""
    rows = [
        [data.name, title(approach)]
        + [f"{row[f'{s}_mean']:.1f} ± {row[f'{s}_sd']:.1f}%" for s in ("acc", "f1")]
        for data in judged
        for approach, row in numbers.table2(data).iterrows()
    ]
    return markdown(["data set", "model", "accuracy", "macro F1"], rows)


def _classes(judged: list[Dataset]) -> str:
    """Recall of every class, so that no mean hides a bad one."""
    rows = [
        [data.name, title(approach), *(f"{own.at[label, 'recall']:.1f}%" for label in CLASSES)]
        for data in judged
        if (found := numbers.table(data, "per_class")) is not None
        for approach, table in found.groupby("approach", sort=False)
        for own in [table.set_index("label")]
    ]
    return markdown(["data set", "model", *CLASSES], rows)


def _transfer(datasets: Sequence[Dataset]) -> str:
    found = numbers.transfer(datasets)
    if found is None:
        return "Not measured yet."
    name = models.recipe(found["config"]["architecture"]).title
    return (
        f"Trained on simulated gymnasts alone, {found['config']['models']} {name}s together give "
        f"{found['accuracy']:.1f}% of {found['frames']:,} frames of real gymnasts the right label "
        f"(macro F1 {found['macro_f1']:.1f}%); single models {found['models_min']:.1f} to "
        f"{found['models_max']:.1f}%. Always naming the most frequent class would give "
        f"{found['largest_class']:.1f}%."
    )
