"""Agreement against published worked examples, scikit-learn, and cases solved on paper."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score
from vote_rows import codes, votes

from gymlib.annotation import agreement
from gymlib.annotation.majority import count_votes
from gymlib.labels import IDLE, SKILL, TAKEOFF

# Fleiss (1971), table 1: 30 patients, 6 psychiatrists, 5 diagnoses; overall kappa .430.
FLEISS_1971 = np.array(
    [[int(digit) for digit in row] for row in
     "00060 03003 01401 00006 03030 20400 00402 20310 20040 00006 10050 11040 03300 10050 02031 "
     "00501 30012 51000 02040 10203 00006 01050 02013 20040 10041 05010 40002 02040 10500 00006"
     .split()]
)  # fmt: skip

# Krippendorff (2011), section C: 4 observers, 12 units, 5 values, missing data; alpha .743.
KRIPPENDORFF_2011 = """
1 2 3 3 2 1 4 1 2 . . .
1 2 3 3 2 2 4 1 2 5 . 3
. 3 3 3 2 3 4 2 2 5 1 .
1 2 3 3 2 4 4 1 2 5 1 .
"""


def krippendorff_counts() -> np.ndarray:
    rows = [line.split() for line in KRIPPENDORFF_2011.strip().splitlines()]
    return np.array([[unit.count(str(v)) for v in range(1, 6)] for unit in zip(*rows)])


label_arrays = st.lists(st.integers(-1, 3), min_size=1, max_size=40)


def test_fleiss_1971():
    shares = FLEISS_1971.sum(axis=0) / FLEISS_1971.sum()
    np.testing.assert_allclose(shares, [0.144, 0.144, 0.167, 0.306, 0.239], atol=5e-4)
    assert agreement.fleiss_kappa_of_counts(FLEISS_1971) == pytest.approx(0.430, abs=5e-4)


def test_krippendorff_2011():
    assert krippendorff_counts().sum() == 41
    matrix = agreement.coincidences(krippendorff_counts())
    np.testing.assert_allclose(matrix.sum(axis=0), [9, 13, 10, 5, 3])
    assert matrix.sum() == pytest.approx(40)  # the single vote of unit 12 has no pair
    assert agreement.alpha_of_coincidences(matrix) == pytest.approx(0.743, abs=5e-4)


def test_krippendorff_2011_without_missing_data():
    """Section B: two observers, ten units, values 0 and 1; alpha .095."""
    meg, owen = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]
    counts = np.array([[(a == v) + (b == v) for v in (0, 1)] for a, b in zip(meg, owen)])
    alpha = agreement.alpha_of_coincidences(agreement.coincidences(counts))
    assert alpha == pytest.approx(0.095, abs=5e-4)


@pytest.mark.slow
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=2, max_size=60))
def test_cohen_kappa_is_scikit_learns(pairs):
    a, b = np.array(pairs, dtype=np.int8).T
    ours = agreement.cohen_kappa(a, b)
    if len(set(a) | set(b)) == 1:
        assert np.isnan(ours)  # one label only: chance agreement is certain
    else:
        assert ours == pytest.approx(cohen_kappa_score(a, b))


def test_missing_labels_do_not_count():
    a, b = codes("iitt.s"), codes("iits..")
    assert agreement.percent_agreement(a, b) == 3 / 4
    assert agreement.cohen_kappa(a, b) == pytest.approx(
        cohen_kappa_score([0, 0, 1, 1], [0, 0, 1, 2])
    )


def test_nothing_shared_is_nan():
    a, b = codes("ii.."), codes("..ss")
    for measure in (agreement.percent_agreement, agreement.cohen_kappa):
        assert np.isnan(measure(a, b))
    assert np.isnan(agreement.unanimous(np.stack([a, b], axis=1)))
    for measure in (agreement.fleiss_kappa, agreement.krippendorff_alpha):
        assert np.isnan(measure(np.stack([a, b], axis=1)))


def test_measures_of_votes_leave_out_what_they_cannot_use():
    some = votes("iittss..", "iitsss..", "itt.ssi.")
    shared = some[[0, 1, 2, 4, 5]]  # all three labelled these
    assert agreement.fleiss_kappa(some) == agreement.fleiss_kappa(shared) < 1
    assert agreement.krippendorff_alpha(some) == agreement.krippendorff_alpha(some[:6])
    assert np.isnan(agreement.fleiss_kappa(votes("its")))


def test_perfect_agreement():
    same = votes("iittssll", "iittssll", "iittssll")
    assert agreement.fleiss_kappa(same) == 1
    assert agreement.krippendorff_alpha(same) == 1
    assert agreement.unanimous(same) == 1
    np.testing.assert_array_equal(agreement.label_agreement(same), 1)
    np.testing.assert_array_equal(agreement.pairwise(same), np.ones((3, 3)))


def test_pairwise_is_symmetric():
    matrix = agreement.pairwise(votes("iitt", "iits", "...."), agreement.percent_agreement)
    np.testing.assert_array_equal(matrix[:2, :2], [[1, 0.75], [0.75, 1]])
    assert np.isnan(matrix[2]).all()


def test_annotators_must_label_the_same_frames():
    with pytest.raises(ValueError, match="must label the same frames, found 2 and 3"):
        agreement.cohen_kappa(codes("ii"), codes("iii"))


def test_fleiss_needs_equally_many_votes():
    with pytest.raises(ValueError, match=r"same number of votes.*found 1 to 2"):
        agreement.fleiss_kappa_of_counts(count_votes(votes("ii", "i.")))


def test_unanimous_asks_all_who_voted():
    assert agreement.unanimous(votes("iits.", "itt..", "i.ts.")) == 3 / 4


def test_the_panel_are_those_who_share_frames():
    assert agreement.panel(votes("ii..", "i...", "..ts", "....")).tolist() == [0, 1]
    assert agreement.panel(votes("ii..", "..ts")).tolist() == []


def test_specific_agreement_of_two_is_the_dice_coefficient():
    pair = votes("iiittsss", "iittttss")
    # idle: A 3 times, B 2, together 2; take-off 2, 4, 2; skill 3, 2, 2; landing never.
    np.testing.assert_allclose(
        agreement.label_agreement(pair), [4 / 5, 4 / 6, 4 / 5, np.nan], equal_nan=True
    )


def test_a_lone_vote_is_no_pair():
    assert np.isnan(agreement.label_agreement(votes("i", "."))).all()


def test_borders():
    found = agreement.borders(codes("iitts"))
    assert found == [(2, IDLE, TAKEOFF), (4, TAKEOFF, SKILL)]
    assert agreement.borders(codes("i.s")) == []


def test_borders_are_matched_by_kind():
    matched, alone = agreement.match_borders(codes("iitttsss"), codes("iiiittss"))
    assert [b.frame - a.frame for a, b in matched] == [2, 1]
    assert alone == []


def test_borders_without_a_partner_are_counted():
    matched, alone = agreement.match_borders(codes("ttttssll"), codes("iitttsll"))
    assert [b.frame - a.frame for a, b in matched] == [1, 0]
    assert alone == [(2, IDLE, TAKEOFF)]  # only in the second


def test_repeated_borders_go_to_the_nearest():
    matched, alone = agreement.match_borders(codes("itiiiiitii"), codes("iiiiiitiii"))
    assert {(a.frame, b.frame) for a, b in matched} == {(7, 6), (8, 7)}
    assert alone == [(1, IDLE, TAKEOFF), (2, TAKEOFF, IDLE)]


def test_border_table():
    clips = [votes("iitts", "iiits", "itttt"), votes("its", "its", "...")]
    table = agreement.border_table(clips)
    assert len(table) == (2 + 2 + 2) + 2  # nobody is compared with C in the second clip
    first = table[(table["clip"] == 0) & (table["first"] == 0)]
    assert first["kind"].tolist() == ["idle → take-off", "take-off → skill"] * 2
    np.testing.assert_array_equal(first["frames"], [1, 0, -1, np.nan])


def test_border_table_without_borders():
    table = agreement.border_table([votes("iii", "iii")])
    assert len(table) == 0
    assert table["frames"].dtype == float


@pytest.mark.slow
@given(label_arrays)
def test_an_annotator_matches_all_own_borders(labels):
    labels = np.array(labels, dtype=np.int8)
    matched, alone = agreement.match_borders(labels, labels)
    assert alone == []
    assert all(a == b for a, b in matched)


def test_bootstrap_brackets_the_measure_and_repeats():
    clips = [votes("iitt", "iitt"), votes("ssll", "slll"), votes("iiss", "iits")]
    measure = lambda sample: agreement.percent_agreement(*sample.T)  # noqa: E731
    low, high = agreement.bootstrap(clips, measure, seed=1, samples=200)
    assert low <= measure(np.concatenate(clips)) <= high
    assert (low, high) == agreement.bootstrap(clips, measure, seed=1, samples=200)
    assert agreement.bootstrap(clips[:1], measure, samples=10) == (1, 1)


def test_bootstrap_without_any_number():
    for clips in ([votes("i", ".")], []):
        low, high = agreement.bootstrap(clips, lambda v: float("nan"), samples=5)
        assert np.isnan(low) and np.isnan(high)


@pytest.mark.slow
def test_the_committed_annotations_agree_as_the_datasheet_says(real_votes):
    percent = agreement.pairwise(real_votes, agreement.percent_agreement)
    kappa = agreement.pairwise(real_votes)
    upper = np.triu_indices(3, 1)
    np.testing.assert_allclose(percent[upper], [0.975, 0.973, 0.984], atol=5e-4)
    np.testing.assert_allclose(kappa[upper], [0.966, 0.963, 0.979], atol=5e-4)
    assert agreement.unanimous(real_votes) == pytest.approx(0.966, abs=5e-4)


@pytest.fixture
def real_votes():
    """Votes of A, B, C on the 65 recovered clips, from the committed annotations."""
    import pandas as pd

    from gymlib.annotation import majority
    from gymlib.files import paths

    folder = paths.REPOSITORY / "data" / "recovered"
    tables = {name: pd.read_csv(folder / "annotations" / f"{name}.csv") for name in "ABC"}
    clips = pd.read_csv(folder / "clips.csv").head(65).itertuples()
    return np.concatenate([majority.clip_votes(tables, c.clip, c.frames) for c in clips])
