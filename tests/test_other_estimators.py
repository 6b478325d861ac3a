"""The page "Keypoints of other estimators" works as it stands."""

import re

import numpy as np
import pytest
from keypoint_files import openpose
from stick_figure import salto

from gymlib.files import paths
from gymlib.formats.keypoints import PROGRAMS
from gymlib.labels import SKILL

PAGE = (paths.DOCS / "other_estimators.md").read_text("utf-8")
(LINES,) = re.findall(r"^```python\n(.*?)^```", PAGE, flags=re.M | re.S)


@pytest.mark.slow
def test_its_code_runs(home, monkeypatch, capsys):
    monkeypatch.chdir(home)
    openpose(home / "output_json", "salto", {k: [body] for k, body in enumerate(salto()[0])})
    names = {}
    exec(compile(LINES, "other_estimators.md", "exec"), names)
    said = capsys.readouterr().out
    assert "clip salto: output_json/salto_*.json, 60 files: OpenPose BODY_25, a pose in 60" in said
    labels, measured = names["labels"], names["measured"]
    assert (labels[25:35] == SKILL).all()
    assert [row["flights"] for row in measured] == [1]
    assert abs(measured[0]["somersaults"].value - 1) < 0.2
    assert np.isnan(names["attempt"].keypoints[:, 9]).all()


def test_it_names_every_program():
    for program in PROGRAMS:
        assert f"| `{program}` |" in PAGE
