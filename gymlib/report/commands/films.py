"""The commands ``predict``, ``compare`` and ``live``."""

from pathlib import Path

from gymlib.dataset import Dataset
from gymlib.report.commands import options as common
from gymlib.report.commands.options import CLUSTER, DATASET, LOCAL, PROFILE, WHERE, option

EXTRACTORS = ("blazepose", "tracker")  # of gymlib.pose, which takes a second to load


def predict(options) -> None:
    """Label films, or the videos of a data set; write a report, tables and overlay videos."""
    from gymlib.prediction.open import teachers
    from gymlib.prediction.predict import person
    from gymlib.prediction.predict import predict as label
    from gymlib.thesis import datasets

    own = common.dataset(options)
    if not options.films:
        common.tell(datasets.make(own, options.source))
    page = label(
        options.films,
        own,
        {
            name: [common.dataset(options, other) for other in teachers(name)]
            for name in options.sources
        },
        _say,
        extractor=options.extractor,
        people=dict(map(person, options.person)),
        quick=options.profile == "quick",
        recovered=options.source,
        cluster=options.cluster,
    )
    print(f"Look first at the report: {page}")


def _say(own: Dataset, found) -> None:
    """Tell what was found in a film; a progress bar below moves on."""
    from tqdm import tqdm

    from gymlib.prediction import ensemble

    where = f"Tables, files for BORIS and ELAN, overlay videos: {ensemble.folder(own)}"
    tqdm.write("\n".join([*found.told(), where]))


def live(options) -> None:
    """Label and measure while filming, in a window; without a screen, in words."""
    from gymlib.prediction import live as filming

    number = filming.run(int(options.camera) if options.camera.isdecimal() else options.camera)
    print(f"{number} pictures were named")


def compare(options) -> None:
    """Set two attempts, of films or data sets, beside each other on a page."""
    from gymlib.prediction import pair

    page = pair.compare((options.first, options.second), options.attempts, options.home)
    print(f"The comparison: {page}")


_SOURCES = (
    "what labels: pretrained (the weights of the package), models trained on a data set "
    "(recovered), or the weights of the package after they have learnt from data sets "
    "(pretrained+mine+monday)"
)
_EXTRACTOR = (
    "who finds the poses: blazepose as in the thesis, or tracker, which keeps them through a "
    "somersault; films have the tracker, data sets what they had before"
)
_PERSON = (
    "whom the tracker follows: a place in the picture as shares of its width and height, and when "
    "(0.4,0.6,1.5), in all films or in one (salto.mp4=0.4,0.6); without it the one who moves"
)
_FILMS = "video files, or folders of them; without any the data set is labelled"
_ATTEMPTS = "which attempt of each, counted over its clips"
_CAMERA = "number of a camera, or a film that plays instead of one"
_SIDE = "a film, or the name of a data set"
_PREDICT = {
    **(DATASET | PROFILE | LOCAL | CLUSTER),
    "films": option(_FILMS, nargs="*", type=Path),
    "--sources": option(_SOURCES, nargs="+", default=["pretrained"]),
    "--extractor": option(_EXTRACTOR, choices=EXTRACTORS),
    "--person": option(_PERSON, nargs="+", default=[], metavar=f"[FILM=]{WHERE}"),
}
_COMPARE = {
    "first": option(_SIDE, metavar="FIRST"),
    "second": option(_SIDE, metavar="SECOND"),
    "--attempts": option(_ATTEMPTS, nargs=2, type=int, default=[1, 1], metavar="NUMBER"),
}
_LIVE = {"camera": option(_CAMERA, nargs="?", default="0", metavar="CAMERA")}
COMMANDS = {"predict": (predict, _PREDICT), "compare": (compare, _COMPARE), "live": (live, _LIVE)}
