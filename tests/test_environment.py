"""One list of pins serves pip, conda and the package; the installed versions are those."""

import re
from importlib.metadata import requires, version
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]
CARD = (
    "jupyterlab papermill mediapipe opencv-python torch optuna pandas seaborn scikit-learn "
    "ipywidgets"
).split()


def pins() -> dict[str, str]:
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    return dict(line.split("==") for line in lines if line and not line.startswith("#"))


def test_every_requirement_is_pinned():
    assert all(re.fullmatch(r"[\w.]+", pin) for pin in pins().values())
    assert set(CARD) <= set(pins())


def test_conda_and_pip_read_the_same_list():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    pip = next(entry["pip"] for entry in environment["dependencies"] if isinstance(entry, dict))
    assert pip == ["-r requirements.txt", "-e ."]
    assert "python=3.11" in environment["dependencies"]


def test_the_package_asks_for_the_same_list():
    asked = {entry.replace(" ", "") for entry in requires("gymlib")}
    assert asked == {f"{name}=={pin}" for name, pin in pins().items()}


def test_the_installed_versions_are_the_pinned_ones():
    differing = {
        name: (pin, version(name))
        for name, pin in pins().items()
        if version(name).split("+")[0] != pin
    }
    assert not differing


def test_make_prints_its_help():
    import subprocess

    text = subprocess.run(["make", "-C", ROOT], capture_output=True, text=True, check=True).stdout
    for target in "reproduce test report data lab lint bench clean".split():
        assert f"make {target} " in text
