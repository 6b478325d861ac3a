"""The command line: ``python -m gymlib <command>``; the Makefile calls it."""

import argparse
import sys

from gymlib import paths

DATASET_HELP = "simulated, recovered, or the name of your folder in data/"

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
        print(f"\nerror: {error}", file=sys.stderr)
        return 2
    return 0


def dataset_name(options) -> str:
    """The data set's folder: the quick profile has a small simulated set of its own."""
    quick = options.dataset == "simulated" and options.profile == "quick"
    return "simulated-quick" if quick else options.dataset


def data(options) -> None:
    """Make or download the data set, and check its annotations as a whole."""
    from gymlib import io, labelling

    name = dataset_name(options)
    folder = paths.dataset(name)
    if name in ("simulated", "simulated-quick"):
        from gymlib.simulation import generate

        generate.make(folder, size="quick" if name.endswith("quick") else "full")
    elif name == "recovered":
        from gymlib import recovered

        recovered.make(folder, source=options.source)
    elif not (folder / "clips.csv").is_file():
        from gymlib import inventory

        inventory.make(folder)
    if io.annotators(name):
        labelling.read(name)  # every fault now, before anything long runs


def predict(options) -> None:
    """Label videos with models trained on other data sets; write overlay videos."""
    from gymlib import application, transfer

    data(options)
    config = transfer.TransferConfig() if options.profile == "full" else transfer.QUICK
    scores = application.apply(options.dataset, options.sources, config)
    print(
        scores.to_string(index=False, float_format="%.1f") if len(scores) else "no labels to score"
    )
    print(
        f"Overlay videos: {paths.dataset(options.dataset) / 'results' / 'application' / 'overlay'}"
    )


def import_folder(options) -> None:
    """Turn the thesis authors' files into a data set."""
    from gymlib import importers

    print(importers.import_folder(options.source, options.dataset))


def bench(_) -> None:
    """Measure speed and memory; write report/bench.csv."""
    from gymlib import bench as benchmark

    print(benchmark.run().to_string(index=False, float_format="%.3g"))


def reproduce(options) -> None:
    """Run all notebooks and render the report."""
    _run(options, fresh=True)


def report(options) -> None:
    """Bring the report up to date."""
    _run(options, fresh=False)


def _run(options, fresh: bool) -> None:
    from gymlib import pipeline
    from gymlib import report as site

    data(options)
    pipeline.run(dataset_name(options), options.profile, fresh=fresh)
    page = site.build()
    if paths.home() == paths.REPOSITORY:
        site.update_readme(paths.REPOSITORY / "README.md")
    print(f"The report: {page}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m gymlib", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="command")
    commands.add_parser("bench", help=bench.__doc__).set_defaults(command=bench)
    sub = commands.add_parser("import", help=import_folder.__doc__)
    sub.set_defaults(command=import_folder)
    sub.add_argument("--source", required=True, help="their folder, or one of its tables")
    sub.add_argument("--dataset", required=True, help="name of the new folder in data/")
    for command in (data, predict, reproduce, report):
        sub = commands.add_parser(command.__name__, help=command.__doc__)
        sub.set_defaults(command=command)
        sub.add_argument("--dataset", default="simulated", help=DATASET_HELP)
        sub.add_argument("--profile", default="full", choices=("full", "quick"))
        sub.add_argument("--source", help="recovered: a local copy to take instead of a download")
        if command is predict:
            sub.add_argument("--sources", nargs="+", default=["simulated"], help=SOURCES_HELP)
    return parser


if __name__ == "__main__":
    sys.exit(main())
