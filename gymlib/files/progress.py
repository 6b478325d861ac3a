"""Progress bars with the time left: in a live notebook there, headless in the terminal."""

import os
import sys

import tqdm
import tqdm.auto

BAR = "{desc}: {percentage:3.0f}%|{bar}| {elapsed} elapsed, {remaining} left"
"""For work whose steps take different times: per cent and time, no counts."""


def headless() -> bool:
    """True while notebooks run without a reader (``make reproduce``, tests)."""
    return bool(os.environ.get("GYMLIB_HEADLESS"))


def progress(iterable=None, **kwargs):
    """A tqdm bar; keyword arguments are tqdm's.

    Headless, the bar goes to the terminal and stays out of the executed notebook.
    """
    if headless():
        return tqdm.tqdm(iterable, file=sys.__stderr__, mininterval=1, **kwargs)
    return tqdm.auto.tqdm(iterable, **kwargs)
