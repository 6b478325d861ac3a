"""The clip explorer: the clip viewer with the answers of all models of a protocol, and curves of
how the body moves.

Frames are found by what models say of them: those of a cell of the confusion matrix, and those on
which two models differ, or one model and the label.
"""

import numpy as np
import traitlets
from matplotlib import colormaps
from matplotlib.colors import to_hex

from gymlib.dataset import Dataset
from gymlib.evaluation import errors, results
from gymlib.evaluation.errors import TRUTH
from gymlib.labels import CLASSES
from gymlib.plots.style import MISSING_COLOUR
from gymlib.viewer.curves import Panel, movement
from gymlib.viewer.predictions import datasets, protocols, read_models
from gymlib.viewer.widget import ClipViewer, row

SILENT, SAME, DIFFERENT = 6, 7, 8  # codes of this viewer's rows, beside those of labels
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
        self, data: Dataset, protocol: str | None = None, model: str | None = None, other=TRUTH
    ):
        self._take(*read_models(data, protocol), model, other)
        super().__init__(data, self.clips, self.predictions)
        names = {SILENT: "not tested", SAME: "the same", DIFFERENT: "different"}
        colours = {SILENT: "var(--raised)", SAME: "transparent", DIFFERENT: MISSING_COLOUR}
        more = {"names": names, "colours": colours, "inks": {SILENT: "var(--ink)"}}
        more = {what: self.look[what] | added for what, added in more.items()}
        self.look = self.look | more | {"shades": _SHADES, "classes": list(CLASSES)}

    def _take(self, protocol: str, models: dict, model: str | None, other: str) -> None:
        """Choose models of a protocol, None the first; the clips are put in order, worst first."""
        model = model or next(iter(models))
        for name in (model, other):
            if name != TRUTH and name not in models:
                raise ValueError(
                    f"protocol {protocol!r} has no model {name!r}; there are {'; '.join(models)}"
                )
        own = models[model]
        self.protocol, self.predictions, self.model, self.other = protocol, models, model, other
        self.scores = results.clip_scores(own).set_index("clip")["accuracy"]
        self.clips = list(self.scores.index)
        found = errors.compare(own, errors.truth(own) if other == TRUTH else models[other])
        order = found.places["clip"].map(self.clips.index)
        places = found.places.iloc[np.lexsort([found.places["start"], order])]
        self.comparison = found._replace(places=places)
        self.cell, self.listed, self.at = None, places, None

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
                self._list(None)
            case "visit":
                self.visit(content["number"])
            case "differ":
                self.step(content["by"], content["frame"])
            case _:
                super().answer(content)

    def choose(self, dataset=None, protocol=None, model=None, other=None) -> None:
        """Show another data set, protocol, model, or other model; the rest stays if it can."""
        data, chosen, models = self.data, self.protocol, self.predictions
        if dataset is not None or protocol is not None:
            data = Dataset(dataset, data.home) if dataset else data
            chosen, models = read_models(data, protocol)
        model = model or (self.model if self.model in models else None)
        self._take(chosen, models, model, other or (self.other if self.other in models else TRUTH))
        if data is self.data and self.clip in self.clips:  # its pictures can stay
            self.load()
            self.say_rows()
            self.say_curves()
        else:
            self.data = data
            self.turn_to(self.clips[0])
        self._say_panel()

    def choose_cell(self, true: int, answer: int) -> None:
        """List the frames of a cell of the matrix (row, column) and go to the first."""
        self._list((true, answer))
        self.visit(0)

    def _list(self, cell: tuple[int, int] | None) -> None:
        """List the frames of a cell, or those on which the two differ."""
        own = self.predictions[self.model]
        self.listed = errors.cell_runs(own, *cell) if cell else self.comparison.places
        self.cell, self.at = cell, None
        self._say_panel()

    def visit(self, number: int) -> None:
        """Go to the first frame of a place of the list; nothing if there is no such place."""
        if not 0 <= number < len(self.listed):
            return
        self.at = number
        place = self.listed.iloc[number]
        self.send({"say": "at", "number": number})
        self.go(int(place["start"]), place["clip"])

    def step(self, by: int, frame: int) -> None:
        """To the next (1) or previous (-1) place where the two differ, in this clip or another."""
        places = self.comparison.places
        clips = places["clip"].map(self.clips.index).to_numpy() - self.clips.index(self.clip)
        distance = by * np.where(clips == 0, places["start"] - frame, clips)
        ahead = np.flatnonzero(distance > 0)
        if not len(ahead):
            raise ValueError("there is no further place where they differ")
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
            raise ValueError(f"data set {self.data.name!r} has no labels; run notebook 01")
        said = {name: np.where(given[name] < 0, SILENT, given[name]) for name in self.predictions}
        pair = {name: said[name] for name in (self.model, self.other) if name != TRUTH}
        apart = (given[self.model] != given[self.other]) & (given[self.model] >= 0)
        word = "wrong" if self.other == TRUTH else "differ"
        rows = {TRUTH: given[TRUTH]} | pair | {word: np.where(apart, DIFFERENT, SAME)} | said
        return {"rows": [row(name, codes) for name, codes in rows.items()]}

    def curves(self) -> dict:
        shown, pair = self.view.probabilities, (self.model, self.other)
        return {name: values for name, values in shown.items() if name in pair}

    def movement(self) -> list[Panel]:
        return movement(self.data.clip(self.clip)) if self.view.extracted else []

    def _say_panel(self) -> None:
        shares, counts = errors.matrices(self.predictions[self.model])
        names = list(self.predictions)
        choices = {
            "dataset": (self.data.name, datasets(self.data.home)),
            "protocol": (self.protocol, protocols(self.data)),
            "model": (self.model, names),
            "other": (self.other, [TRUTH, *(name for name in names if name != self.model)]),
        }
        self.send({
            "say": "panel", "choices": choices, "cell": self.cell, "at": self.at,
            "shares": [[None if np.isnan(x) else float(x) for x in line] for line in shares],
            "counts": counts.tolist(), "places": self.listed.values.tolist(),
            "title": self._title(counts), "compared": self._compared(),
            "clips": [[clip, f"{clip} · {score:.0f}%"] for clip, score in self.scores.items()],
        })  # fmt: skip

    def _title(self, counts: np.ndarray) -> str:
        places = f"{len(self.listed):,} places"
        if self.cell is None:
            what = "wrong" if self.other == TRUTH else "different"
            return f"{what} in {self.comparison.differ:,} frames, {places}"
        true, said = (CLASSES[code] for code in self.cell)
        what = f"{true}, recognised" if true == said else f"{true} taken for {said}"
        return f"{what}: {counts[self.cell]:,} frames, {places}"

    def _compared(self) -> str:
        """The comparison of the two models as a sentence."""
        found = self.comparison
        many = f"{found.differ:,} of {found.frames:,} frames"
        share = f"({100 * found.differ / max(found.frames, 1):.1f}%)"
        if self.other == TRUTH:
            return f"{self.model} is wrong in {many} {share}."
        neither = found.differ - found.first_right - found.second_right
        return (
            f"{self.model} and {self.other} differ in {many} {share}: the first is right in "
            f"{found.first_right:,}, the second in {found.second_right:,}, neither in {neither:,}."
        )
