"""The page "Add a model" works as it stands: a new network goes through everything."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tiny_dataset import make_dataset
from tiny_protocol import CLIPS, CNN

from gymlib import models
from gymlib.evaluation.outer_fold import plan
from gymlib.evaluation.protocol import QUICK

PAGE = Path(__file__).parents[1] / "docs" / "add_a_model.md"


def blocks() -> list[str]:
    return re.findall(r"^```python\n(.*?)^```", PAGE.read_text("utf-8"), flags=re.M | re.S)


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """What the page's code leaves, run from the first block to the last as in a notebook."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GYMLIB_HOME", str(home))
        make_dataset(home, 8, 30, 4, name="simulated", processed=True)
        names = {"__name__": "a_notebook"}
        for block in blocks():
            exec(compile(block, str(PAGE), "exec"), names)
        yield names
    models.unregister("tiny_tcn")


@pytest.mark.slow
class TestPage:
    def test_every_test_frame_is_predicted_by_every_model(self, page):
        table = page["predictions"]
        assert set(table["architecture"]) == {"cnn", "tiny_tcn"}
        counts = table.groupby(["architecture", "model"]).size()
        assert counts.nunique() == 1 and counts.iloc[0] == sum(map(len, page["clips"]))

    def test_the_search_varied_the_network(self, page):
        trials = pd.read_csv(page["folder"] / "trials.csv")
        own = trials[trials["architecture"] == "tiny_tcn"]
        assert own["channels"].between(4, 12).all() and own["channels"].nunique() > 1
        assert own["momentum"].isna().all()

    def test_saved_weights_are_those_that_predicted(self, page):
        table, model = page["predictions"], page["model"]
        own = table[(table["architecture"] == "tiny_tcn") & (table["model"] == "base_1")]
        clip = next(c for c in page["clips"] if c.name == own[own["outer"] == 0]["clip"].iloc[0])
        expected = own.loc[own["clip"] == clip.name, "p_idle"]
        found = page["nested_cv"].training.predict(model, clip.keypoints)[:, 0]
        np.testing.assert_allclose(found, expected, atol=1e-5)

    def test_the_comparison_of_all_takes_it(self, page):
        scores = page["sequence_scores"].table(page["answers"])
        assert set(scores["architecture"]) == {"tiny_tcn"} and list(scores["decoded"]) == [0, 1]
        assert scores["acc_mean"].between(0, 100).all() and scores["frames"].min() > 100

    def test_tables_name_it(self, page):
        assert list(page["table2"]["approach"]) == [
            "TINY_TCN_E", "TINY_TCN_bar", "CNN_E", "CNN_bar"
        ]  # fmt: skip
        assert "tiny_tcn_f1" in page["table1"]

    def test_it_labels_a_clip(self, page):
        found, attempt = page["probabilities"], page["data"].clip(page["clips"][0].name)
        assert found.shape == (len(attempt), 4)
        np.testing.assert_array_equal(np.isfinite(found).all(axis=1), attempt.detected)


def test_each_architecture_takes_the_engine_it_can(tmp_path):
    class Other(CNN.module):
        """Not the module that the compiled loops were derived from."""

    own = replace(CNN, name="other", module=Other)
    rules = replace(QUICK, recipes=(CNN, own), outer=2, inner=2)
    engines = {p.recipe.name: p.engine for p in plan(CLIPS, rules, tmp_path, "", "compiled")}
    assert engines == {"cnn": "compiled", "other": "torch"}


@pytest.mark.slow
def test_no_other_module_knows_an_architecture_by_name():
    """The thesis's protocol, claims and files excepted."""
    package = Path(models.__file__).parents[1]
    allowed = (
        "models/cnn.py", "models/lstm.py", "models/registry.py", "training/fast/", "thesis/",
        "evaluation/protocol.py", "formats/authors/",
    )  # fmt: skip
    found = [
        f"{file.relative_to(package)}:{number}: {line.strip()}"
        for file in sorted(package.rglob("*.py"))
        if not file.relative_to(package).as_posix().startswith(allowed)
        for number, line in enumerate(file.read_text("utf-8").splitlines(), start=1)
        if re.search(r"""["'](cnn|lstm)["']|\b(CNNConfig|LSTMConfig|FrameCNN|ClipLSTM)\b""", line)
    ]
    assert found == []
