"""Data sheets, model card, guide: prose written once, numbers filled in when the site is built.

The headings are those of Gebru et al. (2021), "Datasheets for Datasets", and of Mitchell et al.
(2019), "Model Cards for Model Reporting".
"""

import re
from pathlib import Path

from gymlib import models
from gymlib.evaluation.protocol import THESIS
from gymlib.evaluation.results import title
from gymlib.files import paths
from gymlib.files.atomic import read_json
from gymlib.labels import CLASSES
from gymlib.report import numbers


def datasheet(dataset: str) -> str:
    """A data set's sheet: its DATASHEET.md or the one in docs/, then its numbers.

    A data set without either gets its numbers alone.
    """
    written = [paths.dataset(dataset) / "DATASHEET.md", paths.DOCS / f"datasheet_{dataset}.md"]
    written.append(paths.DOCS / f"datasheet_{dataset.removesuffix('-quick')}.md")
    sheet = next((file.read_text("utf-8") for file in written if file.is_file()), None)
    title = f"# Data sheet: {dataset}"
    sheet = title if sheet is None else re.sub(r"\A# .*", title, sheet)  # a quick set's own name
    return f"{sheet}\n\n{_in_numbers(dataset)}\n"


def _in_numbers(dataset: str) -> str:
    found = numbers.description(dataset)
    if found is None:
        return "Not counted yet: `make report` counts the data set when it is at hand."
    rows = {
        "clips": f"{found['clips']} from {found['videos']} videos",
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
    lines = [f"| {name} | {value} |" for name, value in rows.items()]
    return "\n".join(["## In numbers", "", "| | |", "| --- | --- |", *lines])


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


def model_card(file: Path | None = None) -> str:
    """docs/model_card.md, or another file, with its ``{{ names }}`` replaced by numbers.

    Raises ValueError if the text asks for a number there is none for.
    """
    text = (file or paths.DOCS / "model_card.md").read_text("utf-8")
    for name, value in _substitutions().items():
        text = text.replace(f"{{{{ {name} }}}}", value)
    if "{{" in text:
        unknown = text[text.index("{{") :].split("}}")[0] + "}}"
        raise ValueError(f"the model card asks for {unknown}, which nothing computes")
    return text


def _substitutions() -> dict[str, str]:
    return {
        **{f"{r.name}_parameters": f"{models.parameters(r.build(0)):,}" for r in THESIS.recipes},
        "base_models": str(THESIS.inner),
        "outer_folds": str(THESIS.outer),
        "data": _trained_on(),
        "scores": _scores(),
        "classes": _classes(),
        "transfer": _transfer(),
    }


def _trained_on() -> str:
    counted = {name: numbers.description(name) for name in numbers.judged()}
    lines = [
        f"- `{name}`: {found['clips']} clips, {found['frames']:,} frames of {found['videos']} "
        f"videos ([data sheet]({name}/datasheet.md))"
        for name, found in counted.items()
        if found
    ]
    return "\n".join(lines) or "No data set has been counted yet."


def _scores() -> str:
    """Mean and deviation over the outer folds, every approach and data set."""
    lines = ["| data set | model | accuracy | macro F1 |", "| --- | --- | --- | --- |"]
    for dataset in numbers.judged():
        for approach, row in numbers.table2(dataset).iterrows():
            values = [f"{row[f'{s}_mean']:.1f} ± {row[f'{s}_sd']:.1f}%" for s in ("acc", "f1")]
            lines.append(f"| {dataset} | {title(approach)} | {' | '.join(values)} |")
    return "\n".join(lines)


def _classes() -> str:
    """Recall of every class, so that no mean hides a bad one."""
    lines = [f"| data set | model | {' | '.join(CLASSES)} |", "| --- " * (2 + len(CLASSES)) + "|"]
    for dataset in numbers.judged():
        table = numbers.per_class(dataset)
        for approach, rows in table.groupby("approach", sort=False):
            recall = rows.set_index("label")["recall"]
            values = " | ".join(f"{recall[label]:.1f}%" for label in CLASSES)
            lines.append(f"| {dataset} | {title(approach)} | {values} |")
    return "\n".join(lines)


def _transfer() -> str:
    found = numbers.transfer()
    if found is None:
        return "Not measured yet."
    return (
        f"Trained on simulated gymnasts alone, {found['config']['models']} LSTMs together give "
        f"{found['accuracy']:.1f}% of {found['frames']:,} frames of real gymnasts the right label "
        f"(macro F1 {found['macro_f1']:.1f}%); single models {found['models_min']:.1f} to "
        f"{found['models_max']:.1f}%. Always naming the most frequent class would give "
        f"{found['largest_class']:.1f}%."
    )
