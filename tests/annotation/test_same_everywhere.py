"""Labels come out the same, to the byte, whatever the machine's locale, time zone and umask."""

import os
import subprocess
import sys

import pytest
from tiny_dataset import make_dataset

SCRIPT = """
import sys
from gymlib.annotation import annotator_file, reading
from gymlib.annotation.annotator_file import AnnotatorFile, with_comment
from gymlib.annotation.editing import blank
from gymlib.dataset import Dataset

data = Dataset("tiny", sys.argv[1])
file = AnnotatorFile(data, "me", True)
file.read("clip_00", 20)
codes = blank(20) * 0 + 2
said = with_comment("clip_00", codes, [], 3, "\\u00dcberschlag \\u2013 \\u2705")
file.write("clip_00", codes, said)
print(annotator_file.hand_in(data, "me"))
table = reading.make(data, every_clip=False)
sys.stdout.buffer.write(table.to_csv(index=False).encode())
"""
PLAIN = {"LC_ALL": "C.UTF-8", "TZ": "UTC"}
OTHER = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "TZ": "Pacific/Kiritimati"}


@pytest.mark.slow(seconds=8)
def test_another_locale_time_zone_umask_and_thread_count(tmp_path):
    found = []
    for place, own, umask in (("a", PLAIN, 0o022), ("b", OTHER, 0o077)):
        home = tmp_path / place
        make_dataset(home, clips=2, frames=20)
        threads = "1" if place == "a" else "2"
        environment = os.environ | own | {"OMP_NUM_THREADS": threads}
        run = subprocess.run([sys.executable, "-c", SCRIPT, home], env=environment, umask=umask,
                             capture_output=True)  # fmt: skip
        assert run.returncode == 0, run.stderr.decode(errors="replace")
        files = (home / "data" / "tiny").glob("annotations/*.csv")
        found.append((run.stdout, {file.name: file.read_bytes() for file in files}))
    assert found[0] == found[1]
    assert "Überschlag – ✅".encode() in found[0][1]["me.csv"]
