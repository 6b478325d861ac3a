"""A film dropped into the browser: the kernel's side of js/film_drop.js.

A Jupyter server closes the connection of a message above 10 MB, and the film in it would be gone
without a word. So the browser cuts it into parts, and sends the next one when the last is on disk.
"""

from collections.abc import Generator
from pathlib import Path
from typing import ClassVar

import anywidget
import traitlets

from gymlib import video
from gymlib.dataset import inventory
from gymlib.files import paths
from gymlib.files.atomic import atomic_path, sweep
from gymlib.viewer.javascript import script, style


class FilmDrop(anywidget.AnyWidget):
    """Take films to build/dropped/, from where :func:`gymlib.prediction.open_dataset` takes them.

    Parameters
    ----------
    home : the folder that holds data/ and build/; None takes the default.

    ``film`` is the path of the film that came last, "" before that, and can be observed. ``latest``
    keeps it for each home as long as the kernel lives, whoever makes the widget anew.
    """

    _esm = script()
    _css = style()
    kind = traitlets.Unicode("drop").tag(sync=True)
    film = traitlets.Unicode()
    latest: ClassVar[dict[Path, Path]] = {}

    def __init__(self, home: Path | None = None):
        self.home = paths.home() if home is None else Path(home).resolve()
        self._taking: Generator[int, bytes, None] | None = None
        super().__init__(film=str(self.latest.get(self.home, "")))
        self.on_msg(self._hear)

    def _hear(self, _, content: dict, buffers) -> None:
        """Answer the browser; what goes wrong is said there, where the reader looks."""
        try:
            self.answer(content, buffers)
        except (ValueError, OSError, RuntimeError) as error:
            self._taking = None
            self.send({"say": "problem", "text": str(error)})

    def answer(self, content: dict, buffers) -> None:
        """Do what the browser asks."""
        match content["do"]:
            case "ready" if self.film:
                self._say_taken()
            case "film":
                self._taking = self._take(content["name"], content["size"])
                self._go_on(None)
            case "part" if self._taking:
                self._go_on(bytes(buffers[0]))

    def _go_on(self, part: bytes | None) -> None:
        """Ask for the part that follows, until the film is whole."""
        try:
            self.send({"say": "next", "first": self._taking.send(part)})
        except StopIteration:
            self._taking = None
            self._say_taken()

    def _take(self, name: str, size: int) -> Generator[int, bytes, None]:
        """Gets a film part by part; gives how many bytes there are. Left alone it leaves nothing.

        Raises ValueError for what is no film, and OSError where the disk is full.
        """
        sent = Path(name)
        if sent.suffix.lower() not in inventory.SUFFIXES:
            endings = " ".join(sorted(inventory.SUFFIXES))
            raise ValueError(f"{sent.name}: expected a video ({endings})")
        name = paths.made_safe(sent.stem, "video") + sent.suffix.lower()
        file = paths.work(self.home) / "dropped" / name
        sweep(file.parent)  # of killed kernels
        with atomic_path(file) as temporary, temporary.open("wb") as film:
            while film.tell() < size:
                film.write((yield film.tell()))
        try:
            video.probe(file)
        except video.VideoError:
            file.unlink()
            raise
        self.latest[self.home] = file
        self.film = str(file)

    def _say_taken(self) -> None:
        self.send({"say": "taken", "text": f"{Path(self.film).name} is here: run the cells below"})
