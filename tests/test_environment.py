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


@pytest.mark.slow
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


def test_an_environment_that_was_copied_along_is_made_anew(tmp_path):
    """Its scripts would run what stands in the other place. A link to one leads to that place."""
    own, copied, linked = (tmp_path / name for name in ("own", "a copy", "linked"))
    (own / ".venv" / "bin").mkdir(parents=True)
    python = own / ".venv" / "bin" / "python"
    python.symlink_to(shutil.which("true"))
    for file in ("Makefile", "requirements.txt", "pyproject.toml"):
        shutil.copy(ROOT / file, own)

    def made_anew(folder: Path) -> bool:
        command = [shutil.which("make"), "-n", "-C", folder, "data"]
        return "-m venv" in subprocess.run(command, capture_output=True, text=True).stdout

    assert made_anew(own), "not ready yet"
    ready = own / ".venv" / ".ready"
    ready.touch()
    assert not made_anew(own), "ready by an older version, which did not say where"
    ready.write_text(f"{own / '.venv'}\n")
    assert not made_anew(own)
    shutil.copytree(own, copied, symlinks=True)
    assert made_anew(copied)
    shutil.copytree(own, linked, ignore=shutil.ignore_patterns(".venv"))
    (linked / ".venv").symlink_to(own / ".venv")
    assert not made_anew(linked)
    python.unlink()
    python.symlink_to(tmp_path / "gone")
    assert made_anew(own), "its Python is gone"


def test_make_prints_its_help():
    text = subprocess.run(["make", "-C", ROOT], capture_output=True, text=True, check=True).stdout
    for target in "reproduce test report data lab lint bench publish clean".split():
        assert f"make {target} " in text
