import shutil
import subprocess
import sys

import pytest

from gymlib.training.fast import kept

MODULE = """
import sys
import numpy as np
from gymlib.training.fast.kept import inlined, kept

@inlined
def double(x):
    return 2 * x

@kept
def total(values):
    result = 0.0
    for value in values:
        result += double(value)
    return result

print(total(np.arange(4.0)), sum(total.stats.cache_hits.values()))
"""


@pytest.mark.slow
def test_machine_code_is_there_at_once_the_second_time(tmp_path):
    module = tmp_path / "sums.py"
    module.write_text(MODULE)

    def run() -> str:
        done = subprocess.run([sys.executable, module], capture_output=True, text=True, check=True)
        return done.stdout.strip()

    try:
        assert [run(), run()] == ["12.0 0", "12.0 1"]
    finally:  # what this test has put beside the package's own
        for folder in (kept.ROOM / "__pycache__").glob(f"*/{tmp_path.name}_*"):
            shutil.rmtree(folder)


def test_an_edit_anywhere_in_the_room_compiles_anew(tmp_path, monkeypatch):
    for file in kept.ROOM.glob("*.py"):
        shutil.copy(file, tmp_path)
    before = kept._content()
    monkeypatch.setattr(kept, "ROOM", tmp_path)
    assert kept._content() == before
    with open(tmp_path / "arithmetic.py", "a") as file:
        file.write("# another line")
    assert kept._content() != before
