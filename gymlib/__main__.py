"""The command line: ``python -m gymlib <command>``; the Makefile calls it."""

import argparse
import contextlib
import logging
import os
import signal
import sys
import threading
from pathlib import Path

from gymlib.dataset import Dataset
from gymlib.files import paths
from gymlib.files.atomic import sweep

ABOUT = """Frame-by-frame action classification in gymnastics videos.

Data sets live in data/<name>/ of a home, the repository unless --home or the environment variable
GYMLIB_HOME names another folder. Exit status: 0 done, 2 a mistake that the message explains, 130
stopped by Ctrl-C or SIGTERM. GYMLIB_DEBUG=1 shows where in the code a message comes from."""

EXTRACTORS = ("blazepose", "tracker")  # of gymlib.pose, which takes a second to load
PROGRAMS = ("openpose", "alphapose", "deeplabcut", "sleap")  # of gymlib.formats.keypoints

HELP = {
    "home": "folder that holds data/, figures/ and build/",
    "dataset": "simulated, recovered, skeletons, or the name of your folder in data/",
    "profile": "full: as the thesis; quick: a first look in minutes",
    "local": "a local copy of the recovered skeletons, instead of the download",
    "cluster": "a Dask scheduler whose workers train the models, or label the films, one each",
    "seeds": "how often the protocol runs, with other folds, weights and order; without it as "
    "often as the last time",
    "clips": "clips of the data set skeletons",
    "models": "architectures, all known ones if none is named",
    "films": "video files, or folders of them; without any the data set is labelled",
    "camera": "number of a camera, or a film that plays instead of one",
    "side": "a film, or the name of a data set",
    "attempts": "which attempt of each, counted over its clips",
    "extractor": "who finds the poses: blazepose as in the thesis, or tracker, which keeps them "
    "through a somersault; films have the tracker, data sets what they had before",
    "person": "whom the tracker follows: a place in the picture as shares of its width and height, "
    "and when (0.4,0.6,1.5), in all films or in one (salto.mp4=0.4,0.6); without it the one who "
    "moves",
    "sources": "what labels: pretrained (the weights of the package), models trained on a data set "
    "(recovered), or the weights of the package after they have learnt from data sets "
    "(pretrained+mine+monday)",
    "format": "boris: aggregated events; boris-tabular: START and STOP rows (reading tells them "
    "apart); elan: one .eaf per clip; frames: one table row per frame",
    "import_format": "openpose, alphapose, deeplabcut, sleap: keypoints for the poses, of a folder "
    "of JSON files, alphapose-results.json or CSV tables",
    "follow": "of several people the one at this place, as shares of the picture's width and "
    "height (0.4,0.6,1.5); without it the one who moves",
    "confidence": "from which on a point counts as seen; without it 0.6 for deeplabcut, 0 for "
    "others",
    "first": "number that the program gives to the first frame",
    "size": "of the pictures, if there are no films: clips.csv is made of the keypoints",
    "annotator": "who labelled a BORIS file (its name if none) or the lone tier of an ELAN "
    "file; the one ELAN tier, person or column to take",
    "names": "what other names mean, as jump=skill, or, of body parts, joint_7=left_knee; NAME= "
    "leaves one out",
    "fps": "frame rate of clips that have neither a video nor a rate in clips.csv",
    "gaps": "label of frames that have none, instead of a fault",
    "replace": "replace labels that differ",
    "dry_run": "say what each row would become and what is wrong; write nothing",
    "import": "folder in data/: a new one for authors, else yours",
    "source": "a folder, or one file",
    "out": "folder; data/<dataset>/exchange/<format> if none",
}


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return the exit status (2 for a mistake the message explains)."""
    # Before torch is loaded; kernels inherit it. The work is spread over processes instead.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    options = _parser().parse_args(arguments)
    try:
        with _terminated_as_interrupted():
            options.command(options)
    except KeyboardInterrupt as stop:
        logging.getLogger("asyncio").setLevel(logging.CRITICAL)  # what the stopped cell says
        stop.__traceback__ = None  # with its frames end the processes that they wait for
        for folder in ("data", "figures", "build"):
            sweep(options.home / folder)
        print("\nstopped; finished parts are kept, run the same command to go on", file=sys.stderr)
        return 130
    except (ValueError, OSError, RuntimeError) as error:
        if os.environ.get("GYMLIB_DEBUG"):
            raise
        print(f"\nerror: {error}", file=sys.stderr)
        return 2
    return 0


@contextlib.contextmanager
def _terminated_as_interrupted():
    """Within the block, SIGTERM is an orderly stop like Ctrl-C."""
    if threading.current_thread() is not threading.main_thread():
        yield  # signals are the main thread's
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def folder_name(dataset: str, profile: str) -> str:
    """The data set's folder: the quick profile has a small simulated set of its own."""
    quick = dataset == "simulated" and profile == "quick"
    return "simulated-quick" if quick else dataset


def _dataset(options, name: str | None = None) -> Dataset:
    """The data set that the options mean, or another one of the same home and profile."""
    name, profile = name or options.dataset, getattr(options, "profile", "full")
    return Dataset(folder_name(name, profile), options.home)


def data(options) -> None:
    """Make or download the data set, and check its annotations as a whole."""
    from gymlib.annotation import reading
    from gymlib.thesis import datasets

    own = _dataset(options)
    _tell(datasets.make(own, options.source, options.clips))
    people = own.annotators
    if people:
        reading.read(own)  # every fault now, before anything long runs
    frames = own.clips["frames"].sum()
    print(f"{own.name}: {len(own.clips)} clips, {frames} frames, {len(people)} annotators")


def _tell(notes: list[str]) -> None:
    for note in notes:
        print(f"note: {note}", file=sys.stderr)


def predict(options) -> None:
    """Label films, or the videos of a data set; write a report, tables and overlay videos."""
    from gymlib.prediction.open import teachers
    from gymlib.prediction.predict import person
    from gymlib.prediction.predict import predict as label
    from gymlib.thesis import datasets

    if not options.films:
        _tell(datasets.make(_dataset(options), options.source))
    page = label(
        options.films,
        _dataset(options),
        {
            source: [_dataset(options, name) for name in teachers(source)]
            for source in options.sources
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


_ONE_DIGIT = {"float_format": "%.1f", "na_rep": "-"}


def take(options) -> None:
    """Turn the thesis authors' files into a data set, or add annotations to one, or keypoints."""
    own = _dataset(options)
    if options.format == "authors":
        from gymlib.formats import authors

        print(authors.import_folder(options.source, own))
        return
    from gymlib import formats

    names = dict(map(formats.meaning, options.names))
    if options.format in PROGRAMS:
        print(_keypoints(own, names, options))
        return
    about = {
        name: getattr(options, name) for name in ("annotator", "gaps", "fps", "replace", "dry_run")
    }
    print(formats.take(own, options.format, options.source, names=names, **about))


def _keypoints(own: Dataset, names: dict[str, str], options):
    """Keypoints of another program; what was taken."""
    from gymlib.formats import keypoints
    from gymlib.prediction.predict import person

    film, place = person(options.person) if options.person else ("", None)
    if film:
        raise ValueError(f"--person expects a place alone, as 0.4,0.6, found {options.person!r}")
    about = ("confidence", "first", "fps", "replace", "dry_run")
    return keypoints.take(
        own,
        options.format,
        options.source,
        names=names,
        person=place,
        size=keypoints.size(options.size) if options.size else None,
        **{name: getattr(options, name) for name in about},
    )


def export(options) -> None:
    """Write a data set's annotations for BORIS, ELAN or a spreadsheet."""
    from gymlib import formats

    files = formats.export(_dataset(options), options.format, options.out, options.fps)
    several = f" and {len(files) - 1} more" if len(files) > 1 else ""
    print(f"Written: {files[0]}{several}")


def guide(options) -> None:
    """Draw the pictures of the annotation guide from the full simulated data set."""
    from gymlib.report import guide as pages

    made = pages.make(Dataset("simulated", options.home))
    print(f"Drawn: {', '.join(file.name for file in made)}")


def noise(options) -> None:
    """For maintainers: learn from the simulated videos how BlazePose errs, for the data set
    skeletons."""
    from gymlib.simulation.noise import fit

    print(f"Written: {fit.refit(Dataset('simulated', options.home))}")


def pretrained(options) -> None:
    """For maintainers: train the weights of the package on the data set skeletons."""
    from gymlib.prediction import pretrained as shipped

    card = shipped.make(options.home)
    print(f"Written: {shipped.FOLDER}, taught by {card['clips']} clips, {card['frames']:,} frames")


def calibrate(options) -> None:
    """For maintainers: fit the tracker's confidence to the simulated videos."""
    from gymlib.pose import calibration

    print(f"Written: {calibration.refit(Dataset('simulated', options.home))}")


def bench(options) -> None:
    """Measure speed and memory; write build/bench.csv."""
    from gymlib.report import bench as benchmark

    print(benchmark.run(options.home).to_string(index=False, float_format="%.3g"))


def reproduce(options) -> None:
    """Run all notebooks and render the report."""
    _report(options, fresh=True)


def report(options) -> None:
    """Bring the report up to date."""
    _report(options, fresh=False)


def models(options) -> None:
    """Train and test every architecture with whole videos left out, then bring the report up to
    date. Finished ones stay."""
    from gymlib.prediction import comparison

    own = _dataset(options)
    comparison.run(own, options.models, options.profile, cluster=options.cluster)
    _report(options, fresh=False)


def _report(options, fresh: bool) -> None:
    from gymlib.report import front, numbers, whole

    data(options)
    own = _dataset(options)
    page = whole.make(
        own, options.profile, fresh=fresh, cluster=options.cluster, seeds=options.seeds
    )
    if numbers.judged([own], quick=numbers.is_quick(own)):
        print(f"\n{own.name}, in %:\n{numbers.compared(own).to_string(**_ONE_DIGIT)}")
    if numbers.is_quick(own):
        print(front.QUICK)
    print(f"The report: {page}")


def publish(options) -> None:
    """For maintainers: copy what the last full runs gave to report/, README.md and figures/."""
    from gymlib.report import whole

    print("Changed:", *whole.publish(options.home), sep="\n  ")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m gymlib",
        description=ABOUT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(required=True, metavar="command")
    for command in (bench, calibrate, guide, noise, pretrained, publish):
        _add(commands, command.__name__, command)
    add = _add(commands, "compare", compare)
    for side in ("first", "second"):
        add(side, HELP["side"], metavar=side.upper())
    add("--attempts", HELP["attempts"], nargs=2, type=int, default=[1, 1], metavar="NUMBER")
    _add_exchange(commands)
    add = _add(commands, "live", live)
    add("camera", HELP["camera"], nargs="?", default="0", metavar="CAMERA")
    for command in (data, predict, reproduce, report, models):
        add = _add(commands, command.__name__, command)
        add("--dataset", HELP["dataset"], default="simulated")
        add("--profile", HELP["profile"], default="full", choices=("full", "quick"))
        add("--source", HELP["local"], type=Path)
        if command is not predict:
            add("--clips", HELP["clips"], type=int)
        if command is not data:
            add("--cluster", HELP["cluster"], metavar="tcp://HOST:PORT")
        if command in (reproduce, report, models):
            add("--seeds", HELP["seeds"], type=int)
        if command is models:
            add("--models", HELP["models"], nargs="+", metavar="NAME")
        if command is predict:
            add("films", HELP["films"], nargs="*", type=Path)
            add("--sources", HELP["sources"], nargs="+", default=["pretrained"])
            add("--extractor", HELP["extractor"], choices=EXTRACTORS)
            add("--person", HELP["person"], nargs="+", default=[], metavar="[FILM=]X,Y[,SECONDS]")
    return parser


def _add_exchange(commands) -> None:
    forms = ("boris", "boris-tabular", "elan", "frames")
    add = _add(commands, "import", take)
    add("--source", HELP["source"], type=Path, required=True)
    add("--dataset", HELP["import"], required=True)
    about = f"{HELP['format']}; {HELP['import_format']}"
    add("--format", about, default="authors", choices=("authors", *forms, *PROGRAMS))
    add("--annotator", HELP["annotator"])
    add("--names", HELP["names"], nargs="*", default=[], metavar="NAME=LABEL")
    add("--gaps", HELP["gaps"])
    add("--replace", HELP["replace"], action="store_true")
    add("--dry-run", HELP["dry_run"], action="store_true")
    add("--fps", HELP["fps"], type=float)
    add("--person", HELP["follow"], metavar="X,Y[,SECONDS]")
    add("--confidence", HELP["confidence"], type=float)
    add("--first", HELP["first"], type=int, default=0)
    add("--size", HELP["size"], metavar="WIDTHxHEIGHT")
    add = _add(commands, "export", export)
    add("--dataset", HELP["dataset"], default="simulated")
    add("--format", HELP["format"], required=True, choices=forms)
    add("--out", HELP["out"], type=Path)
    add("--fps", HELP["fps"], type=float)


def _add(commands, name: str, command):
    """A sub-command whose help is the docstring of its function; adds an option when called."""
    about = command.__doc__
    kind = argparse.ArgumentDefaultsHelpFormatter
    sub = commands.add_parser(name, help=about, description=about, formatter_class=kind)
    sub.set_defaults(command=command)
    sub.add_argument("--home", type=Path, default=paths.home(), help=HELP["home"])
    return lambda option, help, **kwargs: sub.add_argument(option, help=help, **kwargs)


if __name__ == "__main__":
    sys.exit(main())
