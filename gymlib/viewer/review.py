"""The labeller with the review queue beside it: every case opens at its frames.

After each change the queue is marked and the agreement of all annotators counted anew, with the
reviewer's labels as votes, handed in or not.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import traitlets

from gymlib.annotation import reading
from gymlib.annotation.annotator_file import LabelFile
from gymlib.annotation.majority import table_votes
from gymlib.annotation.review import ReviewConfig, dataset_queue
from gymlib.annotation.review.desk import Desk, Place
from gymlib.dataset.tables import annotators, read_clips, read_labels
from gymlib.files import paths
from gymlib.files.atomic import read_json, write_json
from gymlib.viewer.clip_view import Predictions
from gymlib.viewer.labeller import Labeller

WORDS = {
    "alpha": "Krippendorff's alpha",
    "borders": "median distance of borders",
    "near": "borders at most 2 frames apart",
}


class Review(Labeller):
    """Work through a review queue.

    Parameters
    ----------
    queue : a table of :func:`gymlib.annotation.review.queue`; None makes it from votes and poses.
    draft, predictions : as for the labeller.
    blind : hide what others say at first; a case can hardly be judged without it.
    config : what the queue was made with.

    Cases looked at are kept in drafts/<annotator>.reviewed.json of the data set.
    """

    kind = traitlets.Unicode("review").tag(sync=True)

    def __init__(
        self,
        dataset: str,
        annotator: str,
        queue: pd.DataFrame | None = None,
        predictions: Predictions | None = None,
        *,
        draft: bool = False,
        blind: bool = False,
        config: ReviewConfig | None = None,
    ):
        queue = dataset_queue.queue(dataset, config=config) if queue is None else queue
        self._kept = paths.annotation(dataset, annotator, draft=True).with_suffix(".reviewed.json")
        votes, names = _votes(dataset)
        self.desk = Desk(queue, votes, names, annotator, _read(self._kept), config)
        for clip, codes in _labels(dataset, annotator, draft).items():
            self.desk.take(clip, codes)
        self.desk.start()
        self.at = self.desk.next_open()
        super().__init__(dataset, annotator, None, predictions, draft=draft, blind=blind)
        if self.at is not None:
            self.frame = self.desk.places[self.at].start

    def first_clip(self) -> str:
        return super().first_clip() if self.at is None else self.desk.places[self.at].clip

    def answer(self, content: dict) -> None:
        match content["do"]:
            case "ready":
                super().answer(content)
                names = ("clip", "start", "end", "reason", "detail")
                cases = [{name: getattr(case, name) for name in names} for case in self.desk.cases]
                self.send({"say": "cases", "cases": cases})
                self._say_desk()
            case "visit":
                self.visit(content["number"])
            case "next":
                self.next_case()
            case "check":
                self.check(content["number"])
            case _:
                super().answer(content)

    def visit(self, number: int) -> None:
        """Open a case at its first frame."""
        self.at = number
        place = self.desk.places[number]
        self.go(place.start, place.clip)
        self._say_desk()

    def next_case(self) -> None:
        """Open the next case that is not done."""
        number = self.desk.next_open(-1 if self.at is None else self.at)
        if number is None:
            self.send({"say": "problem", "text": "no case is left"})
        else:
            self.visit(number)

    def check(self, number: int) -> None:
        """A case needs no change, which is kept on disk; said again, it is taken back."""
        self.desk.check(number, not self.desk.done(number))
        self._keep()
        self._say_desk()

    def load(self) -> None:
        super().load()
        if self.session is not None:
            self.desk.take(self.clip, self.session.codes)

    def _save(self) -> None:
        super()._save()
        self.desk.take(self.clip, self.session.codes)
        self._keep()
        self._say_desk()

    def _keep(self) -> None:
        write_json(self._kept, {"checked": [list(place) for place in self.desk.settled()]})

    def _say_desk(self) -> None:
        done = [self.desk.done(number) for number in range(len(self.desk.cases))]
        before, measures = self.desk.at_first, self.desk.measures()
        measures = [
            [WORDS.get(name, name), _text(name, value), _change(value, before.get(name))]
            for name, value in measures.items()
            if np.isfinite(value)
        ]
        self.send({"say": "desk", "done": done, "at": self.at, "measures": measures})


def _text(name: str, value: float) -> str:
    return {"near": f"{value:.1%}", "borders": f"{value:g} frame{'s' * (value != 1)}"}.get(
        name, f"{value:.3f}"
    )


def _change(now: float, before: float | None) -> str:
    """By how much a share has changed, nothing if it has not."""
    change = 0.0 if before is None or not np.isfinite(before) else now - before
    return f"({change:+.4f})" if abs(change) >= 5e-5 else ""


def _votes(dataset: str) -> tuple[dict[str, np.ndarray], list[str]]:
    """Votes of every clip as notebook 01 took them, and the annotators."""
    made = (paths.dataset(dataset) / "labels.parquet").is_file()
    labels = read_labels(dataset) if made else reading.make(dataset, every_clip=False)
    names = [name for name in annotators(dataset) if name in labels]
    groups = labels.groupby("clip", sort=False)
    return {clip: table_votes(rows, names) for clip, rows in groups}, names


def _labels(dataset: str, annotator: str, draft: bool) -> dict[str, np.ndarray]:
    """The reviewer's labels of the clips that he has labelled and that have no faults."""
    file, found = LabelFile(dataset, annotator, draft), {}
    frames = read_clips(dataset).set_index("clip")["frames"]
    for clip in frames.index.intersection(list(file.coverage())):
        try:
            found[clip] = file.read(clip, int(frames[clip]))
        except ValueError:
            continue  # notebook 01 lists what is wrong with it
    return found


def _read(path: Path) -> list[Place]:
    if not path.is_file():
        return []
    return [Place(*place) for place in read_json(path)["checked"]]
