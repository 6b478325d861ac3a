"""The clip explorer: the clip viewer with the answers of all models of a protocol.

Frames are found by what models say of them: those of a cell of the confusion matrix, and those on
which two models differ, or one model and the label.
"""

import numpy as np
import traitlets
from matplotlib import colormaps
from matplotlib.colors import to_hex

from gymlib.evaluation import errors, results
from gymlib.evaluation.errors import TRUTH
from gymlib.labels import CLASSES
from gymlib.viewer.component import ClipViewer, _row
from gymlib.viewer.study import Study, datasets, protocols

SILENT, SAME, DIFFERENT = 6, 7, 8  # codes of this viewer's rows, beside those of labels
_ALARM = "#D55E00"  # of Okabe & Ito, as the classes' colours
_SHADES = [to_hex(colour) for colour in colormaps["Blues"](np.linspace(0, 1, 101))]


class Explorer(ClipViewer):
    """Look into the results of a protocol, clip by clip, the worst first.

    Parameters
    ----------
    protocol : a folder under results/; None takes the first.
    model, other : names as in :func:`gymlib.evaluation.errors.of_models`; ``other`` may be the
        label, which means that the two differ where the model is wrong.

    Raises ValueError if there are no such results or models.
    """

    kind = traitlets.Unicode("explorer").tag(sync=True)

    def __init__(
        self,
        dataset: str,
        protocol: str | None = None,
        model: str | None = None,
        other: str = TRUTH,
    ):
        study = Study(dataset, protocol)
        self._take(study, model, other)
        super().__init__(dataset, self.clips, study.models)
        names = {SILENT: "not tested", SAME: "the same", DIFFERENT: "different"}
        colours = {SILENT: "var(--raised)", SAME: "transparent", DIFFERENT: _ALARM}
        self.look = self.look | {
            "names": self.look["names"] | names,
            "colours": self.look["colours"] | colours,
            "inks": self.look["inks"] | {SILENT: "var(--ink)"},
            "shades": _SHADES,
            "classes": list(CLASSES),
        }

    def _take(self, study: Study, model: str | None, other: str) -> None:
        """Choose models of a study, None the first; the clips are put in order, the worst first."""
        model = model or next(iter(study.models))
        study.check(model)
        if other != TRUTH:
            study.check(other)
        self.study, self.model, self.other = study, model, other
        self.predictions = study.models
        self.scores = results.clip_scores(study.models[model]).set_index("clip")["accuracy"]
        self.clips = list(self.scores.index)
        second = errors.truth(study.models[model]) if other == TRUTH else study.models[other]
        found = errors.compare(study.models[model], second)
        order = found.places["clip"].map(self.clips.index)
        places = found.places.iloc[np.lexsort([found.places["start"], order])]
        self.comparison = found._replace(places=places)
        self.cell, self.runs, self.at = None, places, None

    # --- what the reader does -----------------------------------------------------------------

    def answer(self, content: dict) -> None:
        match content["do"]:
            case "ready":
                super().answer(content)
                self._say_panel()
            case "choose":
                try:
                    self.choose(**{content["what"]: content["value"]})
                except ValueError:
                    self._say_panel()  # so that the browser shows what is chosen
                    raise
            case "cell":
                self.choose_cell(*content["cell"])
            case "list":
                self.list_differences()
            case "visit":
                self.visit(content["number"])
            case "differ":
                self.step(content["by"], content["frame"])
            case _:
                super().answer(content)

    def choose(self, dataset=None, protocol=None, model=None, other=None) -> None:
        """Show another data set, protocol, model, or other model; the rest stays if it can."""
        study = self.study
        if dataset is not None or protocol is not None:
            study = Study(dataset or self.dataset, protocol)
        models = study.models
        model = model or (self.model if self.model in models else next(iter(models)))
        other = other or (self.other if self.other in models else TRUTH)
        self._take(study, model, other)
        if study.dataset == self.dataset and self.clip in self.clips:  # its pictures can stay
            self.load()
            self.send({"say": "rows", "clip": self.clip} | self.about_rows())
            self.say_curves()
        else:
            self.dataset = study.dataset
            self.turn_to(self.clips[0])
        self._say_panel()

    def choose_cell(self, true: int, answer: int) -> None:
        """List the frames of a cell of the matrix (row, column) and go to the first."""
        self.cell = true, answer
        self.runs = errors.cell_runs(self.study.models[self.model], true, answer)
        self.at = None
        self._say_panel()
        self.visit(0)

    def list_differences(self) -> None:
        """List the frames on which the two differ."""
        self.cell, self.runs, self.at = None, self.comparison.places, None
        self._say_panel()

    def visit(self, number: int) -> None:
        """Go to the first frame of a run of the list; nothing if there is no such run."""
        if not 0 <= number < len(self.runs):
            return
        self.at = number
        run = self.runs.iloc[number]
        self.send({"say": "at", "number": number})
        self.go(int(run["start"]), run["clip"])

    def step(self, by: int, frame: int) -> None:
        """To the next (1) or previous (-1) place where the two differ, in this clip or another."""
        places = self.comparison.places
        place = places["clip"].map(self.clips.index).to_numpy() - self.clips.index(self.clip)
        distance = by * np.where(place == 0, places["start"] - frame, place)
        ahead = np.flatnonzero(distance > 0)
        if not len(ahead):
            self.send({"say": "problem", "text": "there is no further place where they differ"})
            return
        number = int(ahead[0] if by > 0 else ahead[-1])
        if self.cell is None:
            self.visit(number)
        else:
            self.go(int(places["start"].iloc[number]), places["clip"].iloc[number])

    # --- what is shown ------------------------------------------------------------------------

    def about_rows(self) -> dict:
        """The label, the two models, where they differ, then the other models."""
        given = self.view.rows
        if TRUTH not in given:
            raise ValueError(f"data set {self.dataset!r} has no labels; run notebook 01")
        said = {name: np.where(given[name] < 0, SILENT, given[name]) for name in self.predictions}
        pair = {name: said[name] for name in (self.model, self.other) if name != TRUTH}
        apart = (given[self.model] != given[self.other]) & (given[self.model] >= 0)
        word = "wrong" if self.other == TRUTH else "differ"
        rows = {TRUTH: given[TRUTH]} | pair | {word: np.where(apart, DIFFERENT, SAME)} | said
        return {"rows": [_row(name, codes) for name, codes in rows.items()]}

    def curves(self) -> dict:
        return {
            name: values
            for name, values in self.view.probabilities.items()
            if name in (self.model, self.other)
        }

    def _say_panel(self) -> None:
        shares, counts = errors.matrices(self.study.models[self.model])
        names = list(self.study.models)
        choices = {
            "dataset": (self.dataset, datasets()),
            "protocol": (self.study.protocol, protocols(self.dataset)),
            "model": (self.model, names),
            "other": (self.other, [TRUTH, *(name for name in names if name != self.model)]),
        }
        self.send(
            {
                "say": "panel",
                "choices": choices,
                "shares": [[None if np.isnan(x) else float(x) for x in row] for row in shares],
                "counts": counts.tolist(),
                "cell": self.cell,
                "title": self._title(counts),
                "compared": self._compared(),
                "runs": self.runs.values.tolist(),
                "at": self.at,
                "clips": [[clip, f"{clip} · {score:.0f}%"] for clip, score in self.scores.items()],
            }
        )

    def _title(self, counts: np.ndarray) -> str:
        if self.cell is None:
            what = "wrong" if self.other == TRUTH else "different"
            return f"{what} in {self.comparison.differ:,} frames, {len(self.runs):,} places"
        true, said = (CLASSES[code] for code in self.cell)
        what = f"{true}, recognised" if true == said else f"{true} taken for {said}"
        return f"{what}: {counts[self.cell]:,} frames, {len(self.runs):,} places"

    def _compared(self) -> str:
        """The comparison of the two models as a sentence."""
        found = self.comparison
        share = 100 * found.differ / max(found.frames, 1)
        if self.other == TRUTH:
            text = f"{self.model} is wrong in {found.differ:,} of {found.frames:,} frames"
            return f"{text} ({share:.1f}%)."
        neither = found.differ - found.first_right - found.second_right
        return (
            f"{self.model} and {self.other} differ in {found.differ:,} of {found.frames:,} frames "
            f"({share:.1f}%): the first is right in {found.first_right:,}, the second in "
            f"{found.second_right:,}, neither in {neither:,}."
        )
