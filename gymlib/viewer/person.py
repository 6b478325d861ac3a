"""The clip viewer in which a click says whom to follow: the kernel's side of js/person.js."""

from dataclasses import replace

import traitlets

from gymlib import pose
from gymlib.viewer.widget import ClipViewer


class PersonChooser(ClipViewer):
    """Look at clips, and follow somebody else where the skeleton is on the wrong person.

    A click becomes :attr:`gymlib.pose.PoseConfig.person` of the data set, and its poses are looked
    for again; in other attempts of the same film the one who moves is followed. What was said of
    the poses before is no longer shown.
    """

    kind = traitlets.Unicode("person").tag(sync=True)

    def answer(self, content: dict) -> None:
        match content["do"]:
            case "follow" if content["clip"] == self.clip:
                self.frame = content["frame"]
                text = self._follow(content["x"], content["y"])
                self.load()
                self._say_clip()
                self.send({"say": "followed", "text": text})
            case _:
                super().answer(content)

    def _follow(self, x: float, y: float) -> str:
        """Look for poses of who is at a place of the frame shown; what to do then."""
        config = pose.present(self.data)
        if config.extractor != pose.TRACKER:
            raise ValueError(
                f"the poses of {self.data.name} are those of {pose.EXTRACTORS[config.extractor]}, "
                "which follows whom it likes; label the film by make predict EXTRACTOR=tracker"
            )
        # In the middle of the frame: seconds of 0 would mean every attempt of the film.
        seconds = self.data.begins[self.clip] + (self.frame + 0.5) / self.view.fps
        person = pose.Person(x, y, seconds)
        found = pose.extract_dataset(self.data, replace(config, person=person))
        own = found.table.loc[found.table["clip"] == self.clip, "detected"]
        if not own.any():
            pose.extract_dataset(self.data, config)
            raise ValueError("nobody can be followed from there, and the skeleton is as before")
        self.predictions = {}
        text = "followed from now on: run the cells from the film on again"
        return "; ".join([*found.warnings, text])
