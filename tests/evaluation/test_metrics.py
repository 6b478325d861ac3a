import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn import metrics as reference

from gymlib.evaluation import metrics

codes = st.integers(0, 3)
pairs = st.integers(1, 60).flatmap(
    lambda n: st.tuples(arrays(np.int8, n, elements=codes), arrays(np.int8, n, elements=codes))
)


@pytest.mark.slow
@given(pairs)
def test_scores_agree_with_scikit_learn(pair):
    true, predicted = pair
    matrix = metrics.confusion(true, predicted)
    classes = range(4)
    np.testing.assert_array_equal(
        matrix, reference.confusion_matrix(true, predicted, labels=classes)
    )
    assert metrics.accuracy(matrix) == pytest.approx(reference.accuracy_score(true, predicted))
    assert metrics.macro_f1(matrix) == pytest.approx(
        reference.f1_score(true, predicted, average="macro", zero_division=0)
    )
    expected = reference.precision_recall_fscore_support(
        true, predicted, labels=classes, zero_division=0
    )
    for ours, theirs in zip(metrics.class_scores(matrix), expected):
        np.testing.assert_allclose(ours, theirs)


@pytest.mark.slow
@given(st.lists(pairs, min_size=1, max_size=4))
def test_a_stack_has_the_scores_of_its_matrices(several):
    stack = np.stack([metrics.confusion(*pair) for pair in several])
    for score in (metrics.accuracy, metrics.macro_f1):
        np.testing.assert_array_equal(score(stack), [score(matrix) for matrix in stack])


def test_scores_on_paper():
    matrix = np.array([[3, 1, 0, 0], [0, 2, 0, 0], [0, 0, 0, 2], [0, 0, 0, 2]])
    assert metrics.accuracy(matrix) == 0.7
    # F1: 6/7, 4/5, 0 and 4/6
    assert metrics.macro_f1(matrix) == pytest.approx((6 / 7 + 4 / 5 + 0 + 2 / 3) / 4)
    assert metrics.normalise_rows(matrix)[0].tolist() == [0.75, 0.25, 0, 0]


def test_mean_confusion_weighs_folds_not_frames():
    small, large = np.diag([1, 1, 1, 1]), 100 * np.eye(4, dtype=int)[[1, 0, 2, 3]]
    assert metrics.mean_confusion([small, large])[0].tolist() == [0.5, 0.5, 0, 0]


def test_a_class_without_frames():
    matrix = np.array([[5, 0, 0, 0], [0, 5, 0, 0], [0, 0, 5, 0], [0, 0, 0, 0]])
    assert metrics.macro_f1(matrix) == 1
    assert np.isnan(metrics.normalise_rows(matrix)[3]).all()
    full = np.eye(4, dtype=int)
    assert metrics.mean_confusion([matrix, full])[3].tolist() == [0, 0, 0, 1]


def test_no_frames_at_all():
    empty = metrics.confusion(np.array([], dtype=int), np.array([], dtype=int))
    assert np.isnan(metrics.accuracy(empty)) and np.isnan(metrics.macro_f1(empty))


def test_summary_is_the_population_deviation():
    # LSTM ensemble of the thesis's table 1; table 2 prints 84.62 and 1.52.
    mean, sd = metrics.summary([83.6, 85.2, 84.0, 87.3, 83.0])
    assert (round(mean, 2), round(sd, 2)) == (84.62, 1.52)


def test_bad_labels_are_refused():
    with pytest.raises(ValueError, match="as many predictions as labels, 2, found 1"):
        metrics.confusion(np.array([0, 1]), np.array([0]))
    with pytest.raises(ValueError, match="true labels must be 0 to 3"):
        metrics.confusion(np.array([0, -1]), np.array([0, 1]))
