"""Pictures show the numbers they are given, in full, on the axes they are given."""

from dataclasses import replace

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from gymlib import models
from gymlib.evaluation import results
from gymlib.labels import CLASSES, COLOURS
from gymlib.plots import results as draw
from gymlib.plots import tables, training
from gymlib.plots.looks import look
from gymlib.thesis import claims, reference


@pytest.fixture(autouse=True)
def close_figures():
    mpl.use("Agg")
    yield
    plt.close("all")


def texts(ax) -> list[str]:
    return [text.get_text() for text in ax.texts]


def test_confusion_shows_percent_with_true_classes_in_rows():
    matrix = np.diag([0.66, 0.81, 0.83, 0.97])
    matrix[0, 3] = 0.34
    ax = draw.plot_confusion(matrix, title="LSTM")
    assert texts(ax)[:4] == ["66", "0", "0", "34"]
    assert [label.get_text() for label in ax.get_yticklabels()] == list(CLASSES)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("predicted", "true")


def test_confusion_of_a_missing_class():
    matrix = np.eye(4)
    matrix[2] = np.nan
    assert texts(draw.plot_confusion(matrix))[8:12] == ["–"] * 4


@pytest.mark.slow
def test_confusions_beside_the_published_ones():
    published = reference.confusions()
    axes = draw.plot_confusions(published, published, name="recovered")
    assert axes.shape == (2, 4)
    assert axes[0, 2].get_title() == "CNN, ensemble\nrecovered"
    assert texts(axes[1, 0])[0] == "66"


@pytest.mark.slow
def test_functions_draw_on_given_axes():
    figure, given = plt.subplots(2, 4)
    drawn = draw.plot_confusions(reference.confusions(), reference.confusions(), given)
    assert (drawn == given).all() and plt.get_fignums() == [figure.number]


@pytest.mark.slow
def test_folds_have_a_mark_for_every_row_of_table1():
    axes = draw.plot_folds(reference.table1())
    for ax, column in zip(axes[0], ("lstm_f1", "cnn_f1")):
        drawn = np.concatenate([marks.get_offsets()[:, 1] for marks in ax.collections])
        np.testing.assert_allclose(np.sort(drawn), np.sort(reference.table1()[column]))
    assert axes[0, 0].get_ylim() == axes[0, 1].get_ylim()
    here, there = reference.table1(), reference.table1().assign(cnn_f1=5.0)
    heights = [
        draw.plot_folds(a, beside=b)[0, 0].get_ylim() for a, b in [(here, there), (there, here)]
    ]
    assert heights[0] == heights[1] and heights[0][0] < 5


def test_approaches_show_mean_and_deviation():
    ax = draw.plot_approaches(reference.table2(), reference.table2(), score="acc")
    assert [label.get_text() for label in ax.get_yticklabels()] == [
        "LSTM, ensemble", "LSTM, averaged", "CNN, ensemble", "CNN, averaged"
    ]  # fmt: skip
    marks = ax.containers[0].lines[0].get_xdata(orig=False)
    np.testing.assert_allclose(marks, [84.62, 81.76, 72.46, 70.26])


def make_losses(outer=(0, 1), epochs=4) -> pd.DataFrame:
    rows = [
        {
            "architecture": "lstm",
            "outer": k,
            "model": model,
            "epoch": epoch,
            "loss": 1.4 / (1 + epoch),
        }
        for k in outer
        for model in ("base_1", "base_2", "averaged")
        for epoch in range(epochs)
    ]
    return pd.DataFrame(rows)


def test_losses_have_a_panel_per_fold_and_a_curve_per_model():
    axes = training.plot_losses(make_losses(), "lstm")
    assert [ax.get_title() for ax in axes[0]] == ["Fold 1", "Fold 2"]
    for ax in axes[0]:
        curves = ax.lines[:-1]  # the last line is chance
        assert [curve.get_label() for curve in curves] == ["base 1", "base 2", "averaged"]
        np.testing.assert_array_equal(curves[0].get_xdata(), [1, 2, 3, 4])
    assert axes[0, 0].get_ylim() == axes[0, 1].get_ylim()


def test_losses_of_diverged_models_leave_the_others_readable():
    losses = make_losses()
    losses.loc[2, "loss"], losses.loc[3, "loss"] = 1e9, np.nan
    axes = training.plot_losses(losses, "lstm")
    assert axes[0, 0].get_ylim()[1] == pytest.approx(2 * np.log(4))


def test_curves_of_a_fold_are_told_apart_without_colour():
    dashes = [
        style.get("linestyle") for style in training._curve_styles(["base_1", "base_2"]).values()
    ]
    assert len(set(dashes)) == 2


@pytest.mark.slow
def test_classes_in_their_colours():
    values = dict.fromkeys(("precision", "recall", "f1"), 50.0)
    keys = [approach.key for approach in results.approaches(["cnn", "lstm"])]
    rows = [{"approach": key, "label": label, **values} for key in keys for label in CLASSES]
    axes = draw.plot_per_class(pd.DataFrame(rows))
    for ax in axes[0]:
        colours = [mpl.colors.to_hex(bar.get_facecolor()).upper() for bar in ax.patches]
        assert colours == [COLOURS[label] for label in CLASSES]
        assert {bar.get_height() for bar in ax.patches} == {50}


def test_table1_has_the_published_figures_beside():
    here = reference.table1().query("K <= 2")
    table = tables.style_table1(here, reference.table1()).data
    assert table.shape == (12, 8)
    assert list(table.index[:2]) == [("K = 1", "Base 1"), ("K = 1", "Base 2")]
    row = table.loc[("K = 1", "Ensemble")]
    assert row["here", "LSTM", "F1"] == row["thesis", "LSTM", "F1"] == 81.5


def test_table1_with_more_models_than_the_thesis():
    extra = reference.table1().query("K == 1 and model == 'base_1'").assign(K=6)
    html = tables.style_table1(extra, reference.table1()).to_html()
    assert "85.6" in html and "–" in html


@pytest.fixture
def with_another():
    """The thesis's table 1 as if of this data, with an architecture that the thesis has not."""
    models.register(replace(models.recipe("lstm"), name="gru", title="GRU"))
    table = reference.table1()
    yield table.assign(gru_acc=table["lstm_acc"] + 1, gru_f1=table["lstm_f1"] + 1)
    models.unregister("gru")


@pytest.mark.slow
def test_an_architecture_that_the_thesis_has_not_is_everywhere(with_another):
    table = tables.style_table1(with_another, reference.table1()).data
    titles = [title for title, _ in table["here"].columns]
    assert set(titles) == {"GRU", "LSTM", "CNN"}
    assert set(dict(table["thesis"].columns)) == {"LSTM", "CNN"}
    mine, theirs = results.table2(with_another), reference.table2()
    html = tables.style_table2(mine, theirs).to_html()
    assert "GRU, ensemble" in html and "–" in html and "nan" not in html
    assert [ax.get_title() for ax in draw.plot_folds(with_another)[0]].count("GRU") == 1
    names = [label.get_text() for label in draw.plot_approaches(mine, theirs).get_yticklabels()]
    assert {"GRU, ensemble", "GRU, averaged"} <= set(names) and len(names) == 6
    published = reference.confusions()
    axes = draw.plot_confusions(published | {"GRU_E": published["LSTM_E"]}, published)
    assert axes.shape == (2, 5)
    (own,) = [k for k, ax in enumerate(axes[0]) if ax.get_title() == "GRU, ensemble\nhere"]
    assert axes[0, own].get_xlabel() == "predicted" and not axes[1, own].axison


@pytest.mark.slow
def test_one_architecture_alone():
    table = reference.table1()[["K", "model", "cnn_acc", "cnn_f1"]]
    shown = tables.style_table1(table, reference.table1()).data
    assert list(dict.fromkeys(title for _, title, _ in shown.columns)) == ["CNN"]
    assert shown.shape == (30, 4)
    mine = results.table2(table)
    assert list(tables.style_table2(mine, reference.table2()).data.index) == [
        "CNN, ensemble", "CNN, averaged"
    ]  # fmt: skip
    assert draw.plot_folds(table).shape == (1, 1)
    assert len(draw.plot_approaches(mine, reference.table2()).get_yticklabels()) == 2
    cnn = {key: matrix for key, matrix in reference.confusions().items() if key.startswith("CNN")}
    assert draw.plot_confusions(cnn, reference.confusions()).shape == (2, 2)


def test_table2_as_printed():
    table = tables.style_table2(reference.table2(), reference.table2()).data
    assert table.loc["LSTM, ensemble", ("thesis", "accuracy")] == "84.62 ± 1.52"


@pytest.mark.slow
def test_claims_table_writes_the_verdict_out():
    styled = tables.style_claims(claims.compare(claims.published()))
    html = styled.to_html()
    assert html.count("does not hold") == 2 * 6
    assert "LSTM ensemble" in html and html == styled.to_html()


ENDS = ("mean", "low", "high")


def make_curve() -> pd.DataFrame:
    """A learning curve of two architectures, as chance.curve gives it."""
    rows = []
    for name, height in (("lstm", 70.0), ("cnn", 60.0)):
        for step, share in enumerate((0.25, 0.5, 1.0)):
            row = {"architecture": name, "share": share, "trained": 53.6 * share}
            for score in ("acc", "f1"):
                mean, gain = height + 5 * step, 5.0 if step else np.nan
                row |= dict(zip((f"{score}_{e}" for e in ENDS), (mean, mean - 4, mean + 3)))
                row |= dict(zip((f"{score}_gain_{e}" for e in ENDS), (gain, gain - 6, gain + 1)))
            rows.append(row)
    return pd.DataFrame(rows)


def test_learning_curve_has_a_line_and_intervals_per_architecture_in_its_colour():
    axes = draw.plot_learning_curve(make_curve())
    assert [ax.get_title() for ax in axes[0]] == ["accuracy (%)", "macro F1 (%)"]
    for ax in axes[0]:
        assert ax.get_xscale() == "log"
        assert [label.get_text() for label in ax.get_xticklabels()] == ["13", "27", "54"]
        for name, drawn, first in zip(("lstm", "cnn"), ax.containers, (70, 60)):
            line, _, (bars,) = drawn.lines
            np.testing.assert_allclose(line.get_ydata(orig=False), [first, first + 5, first + 10])
            assert line.get_color() == look(name)["color"]
            ends = bars.get_segments()[0][:, 1]
            np.testing.assert_allclose(ends, [first - 4, first + 3])
    assert len(axes[0, 1].get_legend().get_texts()) == 2


def test_learning_curve_as_a_table_of_scores_and_gains():
    table = tables.style_learning_curve(make_curve()).data
    assert table["clips trained on"].tolist()[:3] == ["13 (1/4)", "27 (1/2)", "54 (all)"]
    assert table["accuracy"].iloc[1] == "75 (71 to 78)"
    assert table["gain, macro F1"].tolist()[:2] == ["–", "+5.0 (-1.0 to +6.0)"]


def make_parts():
    """Two ensembles on two videos, as evaluation.parts.table gives it; one was never tested."""
    rows = []
    for split, key, shift in (
        ("clips", "LSTM_E", 0),
        ("clips", "CNN_E", -10),
        ("videos", "LSTM_E", -5),
    ):
        for video, mean in (("hall", 80.0), ("fog", np.nan)):
            row = {"split": split, "approach": key, "video": video, "clips": 3, "frames": 900}
            row |= {"labelled": 1000, "all_frames": 0.9 * (mean + shift)}
            rows.append(
                row | dict(zip((f"acc_{e}" for e in ENDS), mean + shift + np.array([0, -4, 3])))
            )
    return pd.DataFrame(rows)


def test_parts_have_a_panel_per_ensemble_and_a_row_per_part():
    axes = draw.plot_parts(make_parts(), "video")
    assert [ax.get_title() for ax in axes[0]] == ["LSTM, ensemble", "CNN, ensemble"]
    assert [label.get_text() for label in axes[0, 0].get_yticklabels()] == ["hall", "fog"]
    assert [len(ax.containers) for ax in axes[0]] == [2, 1]  # the CNN without videos left out
    hall = axes[0, 0].containers[1].lines[0].get_xdata()
    np.testing.assert_allclose(np.ma.filled(hall, np.nan).astype(float), [75, np.nan])


def test_table_of_parts_writes_intervals_and_what_is_missing():
    table = tables.style_parts(make_parts(), "video").data
    assert table["video"].tolist() == ["hall", "", "fog", ""]  # a row per ensemble
    hall, cnn, fog, _ = table.to_dict("records")
    assert hall["whole videos left out"] == "75 (71 to 78)" and hall["folds of clips"][:2] == "80"
    assert (hall["labelled frames"], hall["with a pose"], hall["folds of clips, all frames"]) == (
        "1,000",
        "90%",
        "72",
    )
    assert (cnn["approach"], cnn["folds of clips, all frames"]) == ("CNN, ensemble", "63")
    assert cnn["whole videos left out"] == fog["folds of clips"] == "–"


def test_errors_of_measurements_have_words_and_units():
    row = {"attempts": 1200, "measured": 0.5, "tolerance": 20.0, "right": 0.25, "held": 0.9}
    errors = pd.DataFrame(
        [
            {"measurement": "takeoff_knee", **row, "median error": 3.14159},
            {"measurement": "all three", **row, "tolerance": "equal", "held": np.nan},
        ]
    ).set_index("measurement")
    shown = tables.style_errors({"tracker": errors, "BlazePose": errors.assign(right=0.2)}).data
    first, second = shown.to_dict("records")
    assert first == {
        ("", ""): "takeoff knee (degrees)", ("", "attempts"): "1,200", ("", "within"): "20",
        ("tracker", "seen"): "50%", ("tracker", "right"): "25%", ("tracker", "held"): "90%",
        ("tracker", "median error"): "3.14", ("BlazePose", "seen"): "50%",
        ("BlazePose", "right"): "20%", ("BlazePose", "held"): "90%",
        ("BlazePose", "median error"): "3.14",
    }  # fmt: skip
    assert second["", "within"] == "equal"
    assert second["tracker", "held"] == second["tracker", "median error"] == "–"
