"""The frame labeller: the clip viewer with one timeline that can be changed.

Every change is saved before the browser hears that it was.
"""

import numpy as np
import traitlets

from gymlib.annotation import annotator_file, checks
from gymlib.annotation.annotator_file import AnnotatorFile, ChangedElsewhere, comments, with_comment
from gymlib.annotation.editing import NOT_YET, EditingSession
from gymlib.dataset import Dataset
from gymlib.labels import UNLABELED_CODE
from gymlib.viewer import others
from gymlib.viewer.clip_view import Predictions
from gymlib.viewer.widget import ClipViewer, row

CHANGES = ("label", "kind", "adopt", "reach", "move", "comment", "undo", "redo")


class Labeller(ClipViewer):
    """Label the clips of a data set.

    Parameters
    ----------
    annotator : whose labels; the name of the file.
    draft : keep them in drafts/<annotator>.csv, which no notebook counts, until
        :func:`gymlib.annotation.annotator_file.hand_in`; False writes
        annotations/<annotator>.csv itself.
    blind : hide what others say at first.
    start_from : one of ``predictions``, or the "majority" of the others, to be corrected: a clip of
        which the annotator has no label begins with what it says, without a label where it says
        nothing. That is saved with the first change, by going on to the next clip, or by handing
        in. For drafts alone: nothing that nobody has looked at may count as a vote.

    Raises ValueError for a name that cannot be an annotator's, and if there is nothing to start
    from. ``changes`` counts what was saved and can be observed.
    """

    kind = traitlets.Unicode("labeller").tag(sync=True)
    changes = traitlets.Int(0)

    def __init__(
        self,
        data: Dataset,
        annotator: str,
        clips: list[str] | None = None,
        predictions: Predictions | None = None,
        *,
        draft: bool = False,
        blind: bool = True,
        start_from: str | None = None,
    ):
        if annotator in checks.RESERVED:
            raise ValueError(f"{annotator!r} cannot be an annotator's name")
        known = [*(predictions or {}), others.MAJORITY]
        if start_from is not None and not (draft and start_from in known):
            raise ValueError(
                f"expected a draft that starts from what is there, {' or '.join(known)}; "
                f"found {start_from!r} and draft={draft}"
            )
        self.file, self.blind = AnnotatorFile(data, annotator, draft), blind
        self.start_from, self._fault = start_from, ""
        self._started: set[str] = set()  # clips that show where they start from, not saved yet
        self._frames = data.clips.set_index("clip")["frames"].to_dict()
        self._covered = self.file.coverage()
        self._sessions: dict[str, EditingSession] = {}
        super().__init__(data, clips, predictions)

    def first_clip(self) -> str:
        """The first clip that is not complete."""
        return next((clip for clip in self.clips if self._state(clip) != "done"), self.clips[0])

    def first_frame(self) -> int:
        """The first frame without a label, where the annotator left off."""
        codes = self.session.codes if self.session else np.zeros(1, np.int8)
        return int(np.argmax(codes == NOT_YET))  # 0 if every frame has one

    @property
    def session(self) -> EditingSession | None:
        """The labels of the clip shown; None if its rows on disk have faults."""
        return self._sessions.get(self.clip)

    def curves(self) -> dict:
        return {} if self.blind else super().curves()

    def answer(self, content: dict) -> None:
        match content["do"]:
            case "blind":
                self.blind = not self.blind
                self.say_rows()
                self.say_curves()
            case "next":
                self._agree()
                after = self.clips.index(self.clip) + 1
                others = self.clips[after:] + self.clips[: after - 1]
                clip = next((clip for clip in others if self._state(clip) != "done"), None)
                if clip is None:
                    raise ValueError("no other clip is open")
                self.turn_to(clip)
            case "hand in":
                self._hand_in(content.get("only"))
            case what if what in CHANGES:
                if content["clip"] == self.clip:  # not of a clip left since
                    self._change(content)
            case _:
                super().answer(content)

    def load(self) -> None:
        super().load()
        self._read()

    def _read(self) -> None:
        """Take what is on disk; a change made elsewhere can be undone like one made here."""
        try:
            codes = self.file.read(self.clip, self._frames[self.clip])
            self._fault = ""
        except checks.AnnotationError as error:
            self._sessions.pop(self.clip, None)
            self._fault = f"{error}; mend the file, then open the clip again"
            return
        said = self.file.said[self.clip]
        if self.session is None or self.clip in self._started:
            self._sessions[self.clip] = EditingSession(codes, said)
            self._start()
        else:
            self.session.replace(codes, said)
            self.session.rest()

    def _start(self) -> None:
        """Show a clip without any label with those to start from, if there are."""
        self._started.discard(self.clip)
        said = self._said(self.start_from) if self.start_from else None
        if said is None or not (self.session.codes == NOT_YET).all():
            return
        if self.session.replace(np.where(said < 0, NOT_YET, said).astype(np.int8)):
            self._started.add(self.clip)

    def _agree(self) -> None:
        """The annotator has looked at the clip: what it started from is his label now."""
        if self.clip in self._started:
            self._save()

    def _hand_in(self, only: str | None = None) -> None:
        """What is complete of the draft becomes annotations, or one clip of it."""
        if only in (None, self.clip):  # not what is shown since
            self._agree()
        text = annotator_file.hand_in(self.data, self.file.annotator, only)
        self._covered = self.file.coverage()
        self._read()
        self.say_rows()
        self.send({"say": "handed in", "text": text})

    def _change(self, content: dict) -> None:
        """Change the labels, show them, save them, say so."""
        text, fault = f"saved in {self.file.path.parent.name}/{self.file.path.name}", False
        try:
            if self.session is None:
                raise ValueError(self._fault)
            if self._apply(content):
                self.say_rows()
                self._save()
        except ChangedElsewhere as error:
            self._read()
            text, fault = f"{error}; its labels are shown now, u brings yours back", True
        except (ValueError, OSError, RuntimeError) as error:
            text, fault = f"NOT SAVED: {error}", True
        self.say_rows()
        answered = {"window": content["window"], "number": content["number"]}
        self.send({"say": "saved", "text": text, "fault": fault} | answered)

    def _apply(self, content: dict) -> bool:
        """Do what the annotator asks; whether that changed anything."""
        session = self.session
        match content["do"]:
            case "label":
                return session.label(content["frame"], content["label"])
            case "kind":
                return session.say_kind(content["frame"], content["code"])
            case "adopt":
                return self._adopt(content["frame"])
            case "reach":
                return session.reach(content["frame"])
            case "move":
                return session.move(content["border"], content["to"])
            case "comment":
                frame, words = content["frame"], content["text"]
                said = with_comment(self.clip, session.codes, session.said, frame, words)
                return session.say(said, frame)
        frame = session.undo() if content["do"] == "undo" else session.redo()
        if frame is not None:
            self.go(frame)
        return frame is not None

    def _save(self) -> None:
        codes = self.session.codes
        self.file.write(self.clip, codes, self.session.said)
        self._started.discard(self.clip)
        self._covered[self.clip] = int((codes >= UNLABELED_CODE).sum())
        self.changes += 1

    def about_rows(self) -> dict:
        session, states = self.session, {clip: self._state(clip) for clip in self.clips}
        done = sum(state == "done" for state in states.values())
        return {
            "rows": self._rows(), "blind": self.blind, "editable": session is not None,
            "steps": session.steps if session else 0, "undone": session.undone if session else 0,
            "comments": comments(session.codes, session.said) if session else [],
            "progress": {"done": done, "clips": len(states), "states": states},
            "draft": self.file.draft, "text": self._fault or self._hint(),
            "fault": bool(self._fault),
        }  # fmt: skip

    def _hint(self) -> str:
        if self.clip not in self._started:
            return ""
        return f"as {self.start_from} says: correct it, go on or hand it in, and it is yours"

    def _state(self, clip: str) -> str:
        covered = self._covered.get(clip, 0)
        return "done" if covered == self._frames[clip] else "part" if covered else "none"

    def _rows(self) -> list[dict]:
        """The annotator's own labels first, then, unless blind, what others say."""
        own = self.session.codes if self.session else np.zeros(0, np.int8)
        mine = row(self.file.annotator, own, editable=self.session is not None)
        if self.blind:
            return [mine]
        found = others.labels(self.file, self.clip, len(self.view))
        cast = [own] if self.session and not self.file.draft else []  # a draft is no vote
        if votes := [*found.values(), *cast]:
            found[others.MAJORITY] = others.majority_of(votes)
        found |= {name: self.shown(name) for name in self.predictions}
        return [mine, *(row(name, codes) for name, codes in found.items())]

    def _said(self, name: str) -> np.ndarray | None:
        """What one of the predictions, or the majority of the others, says of the clip."""
        if name == others.MAJORITY:
            return others.majority_of(others.labels(self.file, self.clip, len(self.view)).values())
        return self.view.rows.get(name)

    def _adopt(self, frame: int) -> bool:
        """Take the segment of the first prediction, or else of the majority, at a frame."""
        if self.blind:
            raise ValueError("what others say is hidden: press b, then a adopts a segment")
        name = next(iter(self.predictions), others.MAJORITY)
        said = self._said(name)
        if said is None:
            raise ValueError("nobody else has labelled this clip: there is nothing to adopt")
        return self.session.adopt(said, frame)
