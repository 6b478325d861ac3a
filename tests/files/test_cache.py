"""Done means: the same inputs, settings and code, and all outputs there."""

import os
import shutil

import pytest

from gymlib.files import code
from gymlib.files.atomic import write_text
from gymlib.files.cache import Step


@pytest.fixture
def step(tmp_path):
    write_text(tmp_path / "in.txt", "one")
    return Step(
        record=tmp_path / ".done" / "step.json",
        inputs=[tmp_path / "in.txt"],
        settings={"rate": 0.1},
        outputs=[tmp_path / "out.txt"],
    )


def make(step):
    with step.making():
        write_text(step.outputs[0], "made")


def test_done_until_an_input_changes_or_an_output_is_gone(step):
    assert not step.is_done()
    make(step)
    assert step.is_done()
    os.utime(step.inputs[0])
    assert step.is_done()
    write_text(step.inputs[0], "two")
    assert not step.is_done()
    make(step)
    step.outputs[0].unlink()
    assert not step.is_done()


def test_half_made_is_not_done(step):
    make(step)
    with pytest.raises(RuntimeError), step.making():
        raise RuntimeError("stopped")
    assert step.outputs[0].exists() and not step.is_done()


def test_other_settings_are_another_step(step):
    make(step)
    other = Step(step.record, step.inputs, {"rate": 0.2}, outputs=step.outputs)
    assert not other.is_done()


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """A copy of the package, whose code can be edited."""
    shutil.copytree(code.PACKAGE, tmp_path / "gymlib", ignore=shutil.ignore_patterns("*.pyc"))
    monkeypatch.setattr(code, "PACKAGE", tmp_path / "gymlib")
    return tmp_path / "gymlib"


def edit(file, old, new):
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


@pytest.mark.slow
@pytest.mark.parametrize("entry", ["gymlib.pose.extraction", "gymlib.simulation.generate"])
def test_only_code_that_runs_counts(copy, entry):
    before = code.code_hash((entry,))
    edit(copy / "video" / "reading.py", '"""Frames decoded', '# a comment\n"""Frames, decoded')
    edit(copy / "viewer" / "__init__.py", '"""', 'print("hello")\n"""')
    assert code.code_hash((entry,)) == before
    edit(copy / "video" / "writing.py", '"mbtree=0"', '"mbtree=1"')
    assert code.code_hash((entry,)) != before


def test_a_name_passed_on_by_a_package_counts_for_the_module_that_defines_it(copy):
    source = "from gymlib.dataset import Dataset, schemas\nfrom gymlib import video, labels as l\n"
    assert code.imports_of(source) == {
        "gymlib.dataset.dataset", "gymlib.dataset.schemas", "gymlib.video", "gymlib.labels"
    }  # fmt: skip
    before = code.code_hash(("gymlib.pose.blazepose",))
    edit(copy / "pose" / "__init__.py", "__all__", "unused = 1\n\n__all__")
    edit(copy / "dataset" / "dataset.py", "class Dataset", "other = 1\n\n\nclass Dataset")
    assert code.code_hash(("gymlib.pose.blazepose",)) == before
