"""The command line: ``python -m gymlib <command>``; the Makefile calls it."""

import argparse
import contextlib
import logging
import os
import signal
import sys
import threading
from pathlib import Path

from gymlib.files import paths
from gymlib.files.atomic import sweep
from gymlib.report.commands import COMMANDS

ABOUT = """Frame-by-frame action classification in gymnastics videos.

Data sets live in data/<name>/ of a home, the repository unless --home or the environment variable
GYMLIB_HOME names another folder. Exit status: 0 done, 2 a mistake that the message explains, 130
stopped by Ctrl-C or SIGTERM. GYMLIB_DEBUG=1 shows where in the code a message comes from."""


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


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m gymlib",
        description=ABOUT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(required=True, metavar="command")
    home = {"type": Path, "default": paths.home(), "help": "folder with data/, figures/ and build/"}
    form = argparse.ArgumentDefaultsHelpFormatter
    for name, (command, options) in COMMANDS.items():
        about = command.__doc__
        sub = commands.add_parser(name, help=about, description=about, formatter_class=form)
        sub.set_defaults(command=command)
        for option, settings in {"--home": home, **options}.items():
            sub.add_argument(option, **settings)
    return parser


if __name__ == "__main__":
    sys.exit(main())
