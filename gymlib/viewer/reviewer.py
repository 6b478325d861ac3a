"""The labeller with the review queue beside it: every doubt opens at its frames.

After each change the queue is marked and the agreement of all annotators counted anew, with the
reviewer's labels as votes, handed in or not. Models can be trained anew on the labels as they are
by then, and the queue is sorted by what they say of clips that they have not seen.
"""

import numpy as np
import pandas as pd
import traitlets

from gymlib.annotation import reading
from gymlib.annotation.annotator_file import AnnotatorFile
from gymlib.annotation.majority import table_votes
from gymlib.annotation.review.doubt import ReviewConfig
from gymlib.annotation.review.progress import ReviewProgress
from gymlib.annotation.review.queue import review_queue
from gymlib.dataset import Dataset
from gymlib.evaluation import results
from gymlib.files.atomic import read_json, write_json
from gymlib.prediction import finetuning
from gymlib.viewer.clip_view import Predictions
from gymlib.viewer.labeller import Labeller

WORDS = {
    "alpha": "Krippendorff's alpha",
    "borders": "median distance of borders",
    "near": "borders at most 2 frames apart",
}


class Reviewer(Labeller):
    """Work through a review queue.

    Parameters
    ----------
    queue : a table of :mod:`gymlib.annotation.review.queue`; None makes it from votes and poses.
    draft, predictions : as for the labeller.
    blind : hide what others say at first; a doubt can hardly be judged without it.
    config : what the queue was made with.
    profile : quick or full, of the models that :meth:`train` trains.

    Doubts looked at are kept in drafts/<annotator>.reviewed.json of the data set.
    """

    kind = traitlets.Unicode("review").tag(sync=True)

    def __init__(
        self,
        data: Dataset,
        annotator: str,
        queue: pd.DataFrame | None = None,
        predictions: Predictions | None = None,
        *,
        draft: bool = False,
        blind: bool = False,
        config: ReviewConfig | None = None,
        profile: str = "full",
    ):
        self.config, self.profile = config, profile
        self._kept = data.annotation(annotator, draft=True).with_suffix(".reviewed.json")
        self._begin(data, annotator, draft, queue)
        super().__init__(data, annotator, None, predictions, draft=draft, blind=blind)
        if self.at is not None:
            self.frame = self.progress.doubts[self.at].start

    def _begin(
        self, data: Dataset, annotator: str, draft: bool, queue: pd.DataFrame | None
    ) -> None:
        """Take a queue, and what was done of it before."""
        queue = review_queue(data, config=self.config) if queue is None else queue
        checked = read_json(self._kept)["checked"] if self._kept.is_file() else []
        votes, names = _votes(data)
        checked = [tuple(key) for key in checked]
        self.progress = ReviewProgress(queue, votes, names, annotator, checked, self.config)
        for clip, codes in _labels(data, annotator, draft).items():
            self.progress.take(clip, codes)
        self.progress.start()
        self.at = self.progress.next_open()

    def first_clip(self) -> str:
        return super().first_clip() if self.at is None else self.progress.doubts[self.at].clip

    def answer(self, content: dict) -> None:
        match content["do"]:
            case "ready":
                super().answer(content)
                self._say_doubts()
            case "visit":
                self.visit(content["number"])
            case "next":
                self.visit_next()
            case "check":
                self.check(content["number"])
            case "train":
                self.train()
            case _:
                super().answer(content)

    def train(self) -> None:
        """Hand in what is complete, train on all labels, and sort the queue by what that says.

        Of each clip those models are asked that have not seen it, nor its video where there are
        enough (:func:`gymlib.prediction.finetuning.run`). Raises what that raises: ValueError where
        there are too few labelled clips, MissingFileError without poses.
        """
        if self.file.draft and any(self._state(clip) == "done" for clip in self.clips):
            self._hand_in()
        reading.make(self.data, every_clip=False)
        found = finetuning.run(self.data, self.profile)
        said = results.answers_of(found[found["model"] == "ensemble"])
        self.predictions = {**self.predictions, "learnt": said}
        queue = review_queue(self.data, predictions=said, config=self.config)
        self._begin(self.data, self.file.annotator, self.file.draft, queue)
        self.load()
        self.say_rows()
        self.say_curves()
        self._say_doubts()
        if self.at is not None:
            self.visit(self.at)
        text = f"trained on the labels as they are: {len(queue)} cases, sorted anew"
        self.send({"say": "handed in", "text": text})

    def visit(self, number: int) -> None:
        """Open a doubt at its first frame."""
        self.at, doubt = number, self.progress.doubts[number]
        self.go(doubt.start, doubt.clip)
        self._say_progress()

    def visit_next(self) -> None:
        """Open the next doubt that is not done."""
        number = self.progress.next_open(-1 if self.at is None else self.at)
        if number is None:
            raise ValueError("no case is left")
        self.visit(number)

    def check(self, number: int) -> None:
        """A doubt needs no change, which is kept on disk; said again, it is taken back."""
        self.progress.check(number, not self.progress.done(number))
        self._keep()

    def load(self) -> None:
        super().load()
        if self.session is not None:
            self.progress.take(self.clip, self.session.codes)

    def _save(self) -> None:
        super()._save()
        self.progress.take(self.clip, self.session.codes)
        self._keep()

    def _keep(self) -> None:
        write_json(self._kept, {"checked": [list(key) for key in self.progress.settled()]})
        self._say_progress()

    def _say_doubts(self) -> None:
        doubts = [doubt._asdict() for doubt in self.progress.doubts]
        self.send({"say": "doubts", "doubts": doubts})
        self._say_progress()

    def _say_progress(self) -> None:
        done = [self.progress.done(number) for number in range(len(self.progress.doubts))]
        before = self.progress.measures_at_start
        measures = [
            [WORDS.get(name, name), _text(name, value), _change(value, before.get(name))]
            for name, value in self.progress.measures().items()
            if np.isfinite(value)
        ]
        self.send({"say": "progress", "done": done, "at": self.at, "measures": measures})


def _text(name: str, value: float) -> str:
    frames = f"{value:g} frame{'' if value == 1 else 's'}"
    return {"near": f"{value:.1%}", "borders": frames}.get(name, f"{value:.3f}")


def _change(now: float, before: float | None) -> str:
    """By how much a share has changed, nothing if it has not."""
    change = 0.0 if before is None or not np.isfinite(before) else now - before
    return f"({change:+.4f})" if abs(change) >= 5e-5 else ""


def _votes(data: Dataset) -> tuple[dict[str, np.ndarray], list[str]]:
    """Votes of every clip as notebook 01 took them, and the annotators."""
    made = data.has("labels.parquet")
    labels = data.labels if made else reading.make(data, every_clip=False)
    names = [name for name in data.annotators if name in labels]
    groups = labels.groupby("clip", sort=False)
    return {clip: table_votes(rows, names) for clip, rows in groups}, names


def _labels(data: Dataset, annotator: str, draft: bool) -> dict[str, np.ndarray]:
    """The reviewer's labels of the clips that he has labelled and that have no faults."""
    file, found = AnnotatorFile(data, annotator, draft), {}
    frames = data.clips.set_index("clip")["frames"]
    for clip in frames.index.intersection(list(file.coverage())):
        try:
            found[clip] = file.read(clip, int(frames[clip]))
        except ValueError:
            continue  # notebook 01 lists what is wrong with it
    return found
