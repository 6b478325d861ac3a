"""The commands ``import`` and ``export``."""

from pathlib import Path

from gymlib.dataset import Dataset
from gymlib.report.commands.options import DATASET, WHERE, dataset, option

FORMS = ("boris", "boris-tabular", "elan", "frames")  # of gymlib.formats, which takes long to load
PROGRAMS = ("openpose", "alphapose", "deeplabcut", "sleap")  # of gymlib.formats.keypoints


def take(options) -> None:
    """Turn the thesis authors' files into a data set, or add annotations to one, or keypoints."""
    own, source = dataset(options), options.source
    if options.format == "authors":
        from gymlib.formats import authors

        print(authors.import_folder(source, own, replace=options.replace))
        return
    from gymlib import formats

    names = dict(map(formats.meaning, options.names))
    about = {name: getattr(options, name) for name in ("fps", "replace", "dry_run")}
    if options.format in PROGRAMS:
        print(_keypoints(own, options, names=names, **about))
    else:
        about |= {"annotator": options.annotator, "gaps": options.gaps}
        print(formats.take(own, options.format, source, names=names, **about))


def _keypoints(own: Dataset, options, **about):
    """Keypoints of another program; what was taken."""
    from gymlib.formats import keypoints
    from gymlib.prediction.predict import person

    film, place = person(options.person) if options.person else ("", None)
    if film:
        raise ValueError(f"--person expects a place alone, as 0.4,0.6, found {options.person!r}")
    about |= {"confidence": options.confidence, "first": options.first, "person": place}
    size = keypoints.size(options.size) if options.size else None
    return keypoints.take(own, options.format, options.source, size=size, **about)


def export(options) -> None:
    """Write a data set's annotations for BORIS, ELAN or a spreadsheet."""
    from gymlib import formats

    files = formats.export(dataset(options), options.format, options.out, options.fps)
    several = f" and {len(files) - 1} more" if len(files) > 1 else ""
    print(f"Written: {files[0]}{several}")


_FORMAT = (
    "boris: aggregated events; boris-tabular: START and STOP rows (reading tells them apart); "
    "elan: one .eaf per clip; frames: one table row per frame"
)
_ALL = (
    f"{_FORMAT}; openpose, alphapose, deeplabcut, sleap: keypoints for the poses, of a folder of "
    "JSON files, alphapose-results.json or CSV tables"
)
_ANNOTATOR = (
    "who labelled a BORIS file (its name if none) or the lone tier of an ELAN file; the one ELAN "
    "tier, person or column to take"
)
_NAMES = (
    "what other names mean, as jump=skill, or, of body parts, joint_7=left_knee; NAME= leaves one "
    "out"
)
_PERSON = (
    "of several people the one at this place, as shares of the picture's width and height "
    "(0.4,0.6,1.5); without it the one who moves"
)
_CONFIDENCE = "from which on a point counts as seen; without it 0.6 for deeplabcut, 0 for others"
_SIZE = "of the pictures, if there are no films: clips.csv is made of the keypoints"
_FPS = {
    "--fps": option(
        "frame rate of clips that have neither a video nor a rate in clips.csv", type=float
    )
}
_TAKE = {
    "--source": option("a folder, or one file", type=Path, required=True),
    "--dataset": option("folder in data/: a new one for authors, else yours", required=True),
    "--format": option(_ALL, default="authors", choices=("authors", *FORMS, *PROGRAMS)),
    "--annotator": option(_ANNOTATOR),
    "--names": option(_NAMES, nargs="*", default=[], metavar="NAME=LABEL"),
    "--gaps": option("label of frames that have none, instead of a fault"),
    "--replace": option("replace labels that differ", action="store_true"),
    "--dry-run": option(
        "say what each row would become and what is wrong; write nothing", action="store_true"
    ),
    **_FPS,
    "--person": option(_PERSON, metavar=WHERE),
    "--confidence": option(_CONFIDENCE, type=float),
    "--first": option("number that the program gives to the first frame", type=int, default=0),
    "--size": option(_SIZE, metavar="WIDTHxHEIGHT"),
}
_EXPORT = {
    **DATASET,
    "--format": option(_FORMAT, required=True, choices=FORMS),
    "--out": option("folder; data/<dataset>/exchange/<format> if none", type=Path),
    **_FPS,
}
COMMANDS = {"import": (take, _TAKE), "export": (export, _EXPORT)}
