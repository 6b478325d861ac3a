"""One list of pins serves pip, conda and the package; the installed versions are those."""

import re
import shutil
import subprocess
from importlib.metadata import requires, version
from pathlib import Path

import pytest
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


@pytest.mark.parametrize("version", ["Python 3.9.6", "Python 3.13.1", None])
def test_another_python_ends_in_one_clear_sentence(tmp_path, version):
    """A copy of the set-up, where the only Python is of another version, or none is there."""
    tools = tmp_path / "bin"
    tools.mkdir()
    for tool in ("sh", "touch"):
        (tools / tool).symlink_to(shutil.which(tool))
    for name in ("python3", "python") if version else ():
        (tools / name).write_text(
            f"#!{shutil.which('sh')}\n"
            f'[ "$1" = --version ] && echo "{version}" && exit 0\nexit 1  # not 3.11 or 3.12\n'
        )
        (tools / name).chmod(0o755)
    for file in ("Makefile", "requirements.txt", "pyproject.toml"):
        shutil.copy(ROOT / file, tmp_path)
    run = subprocess.run(
        [shutil.which("make"), "-C", tmp_path, "data"],
        env={"PATH": str(tools)}, capture_output=True, text=True,
    )  # fmt: skip
    assert run.returncode != 0
    sentence, *rest = run.stderr.strip().splitlines()
    assert sentence.startswith("gymlib needs Python 3.11 or 3.12")
    assert sentence.endswith(f"found: {version}" if version else "found: none")
    assert all(line.startswith("make") for line in rest), "make's own last line only"
    assert not (tmp_path / ".venv").exists()


def test_make_prints_its_help():
    text = subprocess.run(["make", "-C", ROOT], capture_output=True, text=True, check=True).stdout
    for target in "reproduce test report data lab lint bench publish clean".split():
        assert f"make {target} " in text
