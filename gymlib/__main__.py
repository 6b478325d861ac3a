"""The command line: ``python -m gymlib <command>``; the Makefile calls it."""

import argparse
import os
import sys
from pathlib import Path

from gymlib.files import paths

ABOUT = """Frame-by-frame action classification in gymnastics videos.

Data sets live in data/<name>/; GYMLIB_HOME=<folder> keeps data, figures and report elsewhere.
Exit status: 0 done, 2 a mistake that the message explains, 130 stopped by Ctrl-C.
GYMLIB_DEBUG=1 shows where in the code a message comes from."""

DATASET_HELP = "simulated, recovered, or the name of your folder in data/"
PROFILE_HELP = "full: as the thesis; quick: a first look in minutes"
SOURCE_HELP = "a local copy of the recovered skeletons, instead of the download"
FORMAT_HELP = (
    "boris: aggregated events; boris-tabular: START and STOP rows (reading tells them apart); "
    "elan: one .eaf per clip; frames: one table row per frame"
)
ANNOTATOR_HELP = "who labelled a BORIS file (its name if none); the one ELAN tier or column to take"
NAMES_HELP = "what other names mean, as jump=skill; NAME= leaves one out"
FPS_HELP = "frame rate of clips that have neither a video nor a rate in clips.csv"
CLUSTER_HELP = "a Dask scheduler whose workers train the models of notebook 06"
SOURCES_HELP = "data sets whose clips train the models, such as: simulated recovered"


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return the exit status (2 for a mistake the message explains)."""
    options = _parser().parse_args(arguments)
    try:
        options.command(options)
    except KeyboardInterrupt:
        print("\nstopped; finished parts are kept, run the same command to go on", file=sys.stderr)
        return 130
    except (ValueError, OSError, RuntimeError) as error:
        if os.environ.get("GYMLIB_DEBUG"):
            raise
        print(f"\nerror: {error}", file=sys.stderr)
        return 2
    return 0


def folder_name(dataset: str, profile: str) -> str:
    """The data set's folder: the quick profile has a small simulated set of its own."""
    quick = dataset == "simulated" and profile == "quick"
    return "simulated-quick" if quick else dataset


def data(options) -> None:
    """Make or download the data set, and check its annotations as a whole."""
    from gymlib.annotation import reading
    from gymlib.dataset.tables import annotators, read_clips

    name = folder_name(options.dataset, options.profile)
    _make(name, options.source)
    people = annotators(name)
    if people:
        reading.read(name)  # every fault now, before anything long runs
    clips = read_clips(name)
    print(f"{name}: {len(clips)} clips, {clips['frames'].sum()} frames, {len(people)} annotators")


def _make(name: str, source: Path | None) -> None:
    """What ``data`` writes: a generated, recovered or found data set."""
    folder = paths.dataset(name)
    if name in ("simulated", "simulated-quick"):
        from gymlib.simulation import generate

        generate.make(folder, size="quick" if name.endswith("quick") else "full")
    elif name == "recovered":
        from gymlib.thesis import recovered

        recovered.make(folder, source=source)
    else:
        from gymlib.dataset import inventory

        for note in inventory.take(folder):
            print(f"note: {note}", file=sys.stderr)


def predict(options) -> None:
    """Label videos with models trained on other data sets; write overlay videos."""
    from gymlib.prediction import ensemble, videos

    target, *sources = (
        folder_name(name, options.profile) for name in (options.dataset, *options.sources)
    )
    for name in dict.fromkeys([target, *sources]):
        _make(name, options.source)
    videos.check(target)
    for source in dict.fromkeys(sources):
        videos.prepare(source)
    config = ensemble.TransferConfig() if options.profile == "full" else ensemble.QUICK
    found = videos.apply(target, sources, config)
    for note in found.notes:
        print(f"note: {note}")
    scores = found.scores
    print("no labels to score" if scores.empty else scores.to_string(index=False, **_ONE_DIGIT))
    print(f"Predictions and overlay videos: {videos.folder(target)}")


_ONE_DIGIT = {"float_format": "%.1f", "na_rep": "-"}


def take(options) -> None:
    """Turn the thesis authors' files into a data set, or add annotations to one."""
    if options.format == "authors":
        from gymlib.formats import authors

        print(authors.import_folder(options.source, options.dataset))
        return
    from gymlib import formats

    about = {name: getattr(options, name) for name in ("annotator", "gaps", "fps", "replace")}
    names = dict(_meaning(text) for text in options.names)
    print(formats.take(options.dataset, options.format, options.source, names=names, **about))


def _meaning(text: str) -> tuple[str, str]:
    """ "jump=skill" -> ("jump", "skill")."""
    name, sign, label = text.rpartition("=")
    if not sign:
        raise ValueError(f"--names expects NAME=LABEL or NAME= to leave it out, found {text!r}")
    return name, label


def export(options) -> None:
    """Write a data set's annotations for BORIS, ELAN or a spreadsheet."""
    from gymlib import formats

    files = formats.export(options.dataset, options.format, options.out, options.fps)
    several = f" and {len(files) - 1} more" if len(files) > 1 else ""
    print(f"Written: {files[0]}{several}")


def guide(_) -> None:
    """Draw the pictures of the annotation guide from the full simulated data set."""
    from gymlib.report import guide as pages

    print(f"Drawn: {', '.join(file.name for file in pages.make())}")


def bench(_) -> None:
    """Measure speed and memory; write report/bench.csv."""
    from gymlib.report import bench as benchmark

    print(benchmark.run().to_string(index=False, float_format="%.3g"))


def reproduce(options) -> None:
    """Run all notebooks and render the report."""
    _run(options, fresh=True)


def report(options) -> None:
    """Bring the report up to date."""
    _run(options, fresh=False)


def _run(options, fresh: bool) -> None:
    from gymlib import report as site
    from gymlib.report import chain

    if options.cluster:
        os.environ["GYMLIB_CLUSTER"] = options.cluster  # notebook 06 looks for it
    data(options)
    name = folder_name(options.dataset, options.profile)
    chain.run(name, options.profile, fresh=fresh)
    site.measure(name)
    _film(name, options.profile)
    page = site.build()
    if paths.home() == paths.REPOSITORY:
        site.update_readme(paths.REPOSITORY)
    print(f"The report: {page}")


def _film(name: str, profile: str) -> None:
    """The video to show, of simulated clips only; a quick set's where there is no other."""
    from gymlib.plots.overlay import showcase

    folder = paths.home() / "figures"
    if name == "simulated" or (
        name == "simulated-quick" and not (folder / "overlay.mp4").is_file()
    ):
        showcase.make(name, profile, folder)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m gymlib",
        description=ABOUT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(required=True, metavar="command")
    _add(commands, "bench", bench)
    _add(commands, "guide", guide)
    _add_exchange(commands)
    for command in (data, predict, reproduce, report):
        sub = _add(commands, command.__name__, command)
        sub.add_argument("--dataset", default="simulated", help=DATASET_HELP)
        sub.add_argument("--profile", default="full", choices=("full", "quick"), help=PROFILE_HELP)
        sub.add_argument("--source", type=Path, help=SOURCE_HELP)
        if command in (reproduce, report):
            sub.add_argument("--cluster", metavar="tcp://HOST:PORT", help=CLUSTER_HELP)
        if command is predict:
            sub.add_argument("--sources", nargs="+", default=["simulated"], help=SOURCES_HELP)
    return parser


def _add_exchange(commands) -> None:
    forms = ("boris", "boris-tabular", "elan", "frames")
    sub = _add(commands, "import", take)
    sub.add_argument("--source", type=Path, required=True, help="a folder, or one file")
    sub.add_argument(
        "--dataset", required=True, help="folder in data/: a new one for authors, else yours"
    )
    sub.add_argument("--format", default="authors", choices=("authors", *forms), help=FORMAT_HELP)
    sub.add_argument("--annotator", help=ANNOTATOR_HELP)
    sub.add_argument("--names", nargs="*", default=[], metavar="NAME=LABEL", help=NAMES_HELP)
    sub.add_argument("--gaps", help="label of frames that have none, instead of a fault")
    sub.add_argument("--replace", action="store_true", help="replace labels that differ")
    sub.add_argument("--fps", type=float, help=FPS_HELP)
    sub = _add(commands, "export", export)
    sub.add_argument("--dataset", default="simulated", help=DATASET_HELP)
    sub.add_argument("--format", required=True, choices=forms, help=FORMAT_HELP)
    sub.add_argument("--out", type=Path, help="folder; data/<dataset>/exchange/<format> if none")
    sub.add_argument("--fps", type=float, help=FPS_HELP)


def _add(commands, name: str, command) -> argparse.ArgumentParser:
    """A sub-command whose help is the docstring of its function."""
    about = command.__doc__
    kind = argparse.ArgumentDefaultsHelpFormatter
    sub = commands.add_parser(name, help=about, description=about, formatter_class=kind)
    sub.set_defaults(command=command)
    return sub


if __name__ == "__main__":
    sys.exit(main())
