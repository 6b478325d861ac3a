"""The same seed gives the same films and the same truth, byte for byte, on all x86-64 processors.

Whoever changes what is simulated or drawn puts the new hashes here.
"""

import hashlib
import json
import os
import platform
import subprocess
import sys

import numpy as np
import pytest

from gymlib.simulation import clip
from gymlib.simulation.plan import plan

pytestmark = [
    pytest.mark.slow,  # renders films
    pytest.mark.skipif(
        platform.machine().lower() not in ("x86_64", "amd64"), reason="promised for x86-64"
    ),
]

HASHES = {
    "video1_00": {
        "joints": "b1a5c2280f6edf63",
        "keypoints": "98683d6b42843972",
        "phases": "0d9ebf3bca75d03c",
        "votes": "da3643272a25682d",
        "kinds": "b6dff42553b0c1dc",
        "film": "d4c2937eedcec199",
    },
    "video2_01": {
        "joints": "4be2be8ea49f4b35",
        "keypoints": "f514719bfd9c15d9",
        "phases": "a2f9800599b3f4ed",
        "votes": "873127f94a856fbd",
        "kinds": "8a79fb5d59065fa6",
        "film": "0125bd6d887ab8f0",
    },
    "video3_00": {
        "joints": "d9e8b49215854569",
        "keypoints": "3413cc548ae1bfcf",
        "phases": "c3ec96b4e9a9b6e5",
        "votes": "373259a2f5ba32db",
        "kinds": "4ff86d4f7e888ad3",
        "film": "88b80f71daf6f843",
    },
    "video7_01": {
        "joints": "a957fef13a029941",
        "keypoints": "86108caa1985d002",
        "phases": "fdb21b043d602f51",
        "votes": "c930399910fab8f4",
        "kinds": "f1a056a02582e544",
        "film": "d6196d33adaa20a2",
    },
}
OTHER_PROCESSOR = {
    "NPY_DISABLE_CPU_FEATURES": "AVX512F AVX512CD AVX512_SKX AVX2 FMA3",
    "OPENBLAS_CORETYPE": "Nehalem",
    "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-FMA,-AVX512F,-AVX",
    "OPENCV_CPU_DISABLE": "AVX2,FP16,AVX,SSE4.2",
    "OPENCV_IPP": "disabled",
}
"""What makes NumPy, BLAS, the C library and OpenCV calculate as on an old processor."""
FUNCTIONS = ("sin", "cos", "tan", "arctan2", "arcsin", "arccos", "exp", "log", "hypot")


def hashes(name, folder):
    """Of the film and of each array of the truth of a clip of the quick plan."""
    planned = next(c for c in plan(size="quick") if c.clip == name)
    film, truth = folder / f"{name}.mp4", folder / f"{name}.npz"
    clip.make(planned, film, truth)
    with np.load(truth, allow_pickle=False) as arrays:
        parts = {part: np.ascontiguousarray(arrays[part]).tobytes() for part in arrays.files}
    parts["film"] = film.read_bytes()
    return {part: hashlib.sha256(content).hexdigest()[:16] for part, content in parts.items()}


@pytest.mark.parametrize("name", HASHES)
def test_films_and_truth_have_not_changed(name, tmp_path):
    assert hashes(name, tmp_path) == HASHES[name]


def test_films_and_truth_are_the_same_on_an_older_processor(tmp_path):
    name = "video3_00"  # the shortest
    code = (
        "import json, pathlib, sys; sys.path[:0] = sys.argv[3:]\n"
        "import test_same_everywhere as test\n"
        "print(json.dumps(test.hashes(sys.argv[1], pathlib.Path(sys.argv[2]))))"
    )
    here = os.path.dirname(__file__)
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code, name, str(tmp_path), here, *sys.path],
        env=os.environ | OTHER_PROCESSOR, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert json.loads(run.stdout.splitlines()[-1]) == HASHES[name]


@pytest.mark.parametrize("name", HASHES)
def test_last_bits_of_mathematical_functions_do_not_matter(name, tmp_path, monkeypatch):
    """Other C libraries and AVX-512 give sines and the like with other last bits."""
    rng = np.random.default_rng(0)

    def loosened(function):
        def inexact(*args, **options):
            values = function(*args, **options)
            return values * (1 + rng.integers(-4, 5, np.shape(values)) * 2.0**-53)

        return inexact

    for function in FUNCTIONS:
        monkeypatch.setattr(np, function, loosened(getattr(np, function)))
    assert hashes(name, tmp_path) == HASHES[name]
