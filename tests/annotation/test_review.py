"""The review queue finds what was planted, in the order of what is at stake; agreement follows."""

import matplotlib
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_agreement import codes
from tiny_dataset import make_dataset, standing

matplotlib.use("Agg")
import matplotlib.pyplot as plt

from gymlib.annotation import agreement, majority, review
from gymlib.annotation.majority import count_votes
from gymlib.annotation.review import ReviewConfig, dataset_queue
from gymlib.annotation.running_agreement import RunningAgreement
from gymlib.dataset import schemas
from gymlib.dataset.tables import read_clips, read_processed
from gymlib.files import paths
from gymlib.files.tables import write_table
from gymlib.labels import CLASSES
from gymlib.plots.review import plot_cases, plot_queue
from gymlib.pose.quality.tracks import Track


def votes(*rows: str) -> np.ndarray:
    """One string per annotator (i, t, s, l, "." for none) -> (frames, annotators)."""
    return np.stack([codes(row) for row in rows], axis=1)


def table(**clips: tuple[str, ...]) -> pd.DataFrame:
    """Label table of clips given as one string per annotator A, B, C."""
    parts = []
    for clip, rows in clips.items():
        given = votes(*rows)
        names = {name: [None if v < 0 else CLASSES[v] for v in given[:, i]]
                 for i, name in enumerate("ABC"[: len(rows)])}  # fmt: skip
        label, agreed = majority.majority(given)
        final = [("Unlabeled", *CLASSES)[code + 1] for code in label]
        columns = {"majority": final, "agreement": agreed, "label": final}
        parts.append(pd.DataFrame({"clip": clip, "frame": range(len(given))} | names | columns))
    return pd.concat(parts, ignore_index=True)


# --- order ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "labels, expected",
    [
        ("iittssll", []),
        ("iittssttssllii", []),  # two skills from a trampoline
        ("ttiittssll", []),  # a fake take-off, which the rule relabels
        ("ss", []),  # a clip may begin and end anywhere
        ("iiissll", [(3, 4, "a skill without a take-off")]),
        ("itslls", [(5, 5, "a skill without a take-off")]),
        ("ittll", [(3, 4, "a landing without a skill")]),
        ("iiilll", [(3, 5, "a landing without a skill")]),
        ("ittsii", [(4, 5, "a skill without a landing")]),
        ("ii..ss", []),  # nobody knows what happened in between
    ],
)
def test_orders_that_cannot_be(labels, expected):
    found = review.impossible_orders("c", votes(labels), codes("." * len(labels)), ["A"])
    assert [(case.start, case.end) for case in found] == [case[:2] for case in expected]
    for case, (_, _, words) in zip(found, expected):
        assert case.detail.startswith(f"A: {words}")


def test_the_same_mistake_by_several_is_one_case():
    given = votes("iisssll", "iiissll", "ittssll")
    found = review.impossible_orders("c", given, codes("iisssll"), ["A", "B", "C"])
    assert len(found) == 1
    assert found[0].detail == (
        "the label, A, B: a skill without a take-off, skill follows idle at frame 2"
    )
    assert (found[0].start, found[0].end, found[0].frames) == (2, 4, 3)
    assert found[0].score == 2  # of two frames of idle and three of skill; B's are two and three


# --- votes ------------------------------------------------------------------------------------


def test_stretches_of_different_votes():
    given = votes("iiiitttttsss", "iiiiiittttss", "iiiiiitttlll")
    one, two = review.disagreements("c", given, list("ABC"), ReviewConfig(shortest=2))
    assert (one.start, one.end, one.reason) == (4, 5, review.VOTES)
    assert one.score == pytest.approx(2 / 3)
    assert one.detail == "idle (B, C) against take-off (A) in 2 of 2 frames"
    assert (two.start, two.end, two.reason) == (9, 11, review.VOTES)
    assert two.detail.endswith("no majority in 1 frames")
    assert two.score == pytest.approx(1 + 2 / 3)
    assert [c.start for c in review.disagreements("c", given, list("ABC"))] == [9]


def test_no_majority_and_missing_votes():
    given = votes("iiiiii", "tttttt", "ssssss")
    case = review.disagreements("c", given, list("ABC"))[0]
    assert (case.reason, case.frames, case.score) == (review.NO_MAJORITY, 6, 6)
    assert review.disagreements("c", votes("iii...", "...ttt"), list("AB")) == []
    assert review.disagreements("c", votes("iii...", "ttt..."), list("AB"))[0].score == 3


# --- model ------------------------------------------------------------------------------------


def answers(said: str, sure: float = 0.97) -> np.ndarray:
    """Probabilities (frames, 4): ``sure`` for what is said, NaN for "."."""
    given = codes(said)
    probabilities = np.full((len(given), 4), (1 - sure) / 3)
    probabilities[np.arange(len(given)), given] = sure
    probabilities[given < 0] = np.nan
    return probabilities


def test_a_sure_model_of_another_opinion():
    final, every = codes("iiiittttssss"), np.arange(12)
    case = review.objections("c", final, every, answers("iiiissssssss"))[0]
    assert (case.start, case.end, case.reason) == (4, 7, review.MODEL)
    assert case.score == pytest.approx(4 * 0.96)
    assert case.detail == "the model says skill, the label is take-off (margin 0.96)"
    assert review.objections("c", final, every, answers("iiiissssssss", 0.85)) == []
    assert review.objections("c", final, every, answers("iiiittssssss")) == []  # two frames
    assert review.objections("c", final, every, answers("iiii........")) == []
    assert review.objections("c", codes("............"), every, answers("iiiissssssss")) == []


def test_frames_without_an_answer_end_an_objection():
    final, said = codes("i" * 10), answers("s" * 10)
    asked = np.array([0, 1, 2, 3, 6, 7, 8, 9])
    found = review.objections("c", final, asked, said[asked])
    assert [(case.start, case.end) for case in found] == [(0, 3), (6, 9)]


# --- pose -------------------------------------------------------------------------------------


def test_poses_that_are_missing_or_jump():
    poses = np.tile(60 * standing() + [320, 180], (40, 1, 1))
    detected = np.ones(40, dtype=bool)
    detected[[5, 6, 7, 10, 11]] = False  # 8 and 9 are too few to trust
    detected[20:23] = False  # three frames only
    poses[30:36:2] = 60 * standing()[:, ::-1] + [320, 180]  # lying for one frame, and again
    case, other = review.broken_poses(Track("c", poses, detected, 360.0))
    assert (case.start, case.end, case.score) == (5, 11, 7 / 4)
    assert case.detail == "no pose in 5 of 7 frames"
    assert (other.start, other.end) == (30, 35)
    assert other.detail == "a broken one in 6 of 6 frames"


def test_a_clip_without_any_pose_is_one_case():
    track = Track("c", np.zeros((8, 33, 2)), np.zeros(8, dtype=bool), 360.0)
    assert [(case.start, case.end) for case in review.broken_poses(track)] == [(0, 7)]


# --- the queue --------------------------------------------------------------------------------


def test_the_queue_is_sorted_by_what_is_at_stake():
    labels = table(
        calm=("iiittsssll",) * 3,
        split=("iiiiiiitsl", "iiiiiiitsl", "tttttttttl"),
        lost=("iiiiitttss", "tttttsssss", "llllllllll"),
    )
    asked = pd.DataFrame(answers("iiittsslll" * 3), columns=schemas.PROBABILITIES)
    asked = asked.assign(clip=np.repeat(["calm", "split", "lost"], 10), frame=[*range(10)] * 3)
    dark = Track("calm", np.zeros((10, 33, 2)), np.zeros(10, dtype=bool), 360.0)
    found = review.queue(labels, "ABC", predictions=asked, tracks=[dark])
    assert list(found.columns) == list(review.Case._fields)
    assert (np.diff(found["score"]) <= 0).all()
    assert set(found["reason"]) <= set(review.REASONS)
    first = found.iloc[0]
    assert (first["clip"], first["reason"]) == ("lost", review.NO_MAJORITY)
    row = next(found.itertuples())
    assert (row.clip, row.start, row.end) == ("lost", 0, 9)
    assert review.POSE in set(found["reason"][found["clip"] == "calm"])


def test_an_empty_queue_has_its_columns():
    found = review.queue(table(calm=("iiittsssll",) * 3), "ABC")
    assert found.empty and list(found.columns) == list(review.Case._fields)


def test_settings_are_checked():
    with pytest.raises(ValueError, match="sure is a probability above 0 and up to 1, found 90"):
        ReviewConfig(sure=90)


def test_the_queue_of_a_data_set_takes_what_there_is(home):
    make_dataset(home, processed=True)
    labels_only = dataset_queue.queue("tiny")
    assert set(labels_only["clip"]) <= set(read_clips("tiny")["clip"])
    assert review.POSE in set(labels_only["reason"])
    rows = read_processed("tiny")[1]
    wrong = answers("l" * len(rows))
    table = pd.DataFrame(wrong, columns=schemas.PROBABILITIES).assign(
        architecture="lstm", outer=0, model="ensemble", clip=rows.name, frame=rows.frames,
        label=[CLASSES[code] for code in rows.labels],
    )  # fmt: skip
    write_table(paths.results("tiny", "thesis") / "predictions.parquet", table)
    found = dataset_queue.queue("tiny", protocol="thesis", config=ReviewConfig(shortest=1))
    assert set(found["clip"][found["reason"] == review.MODEL]) == {rows.name}


# --- agreement that follows -------------------------------------------------------------------

CLIPS = st.lists(
    st.integers(1, 30).flatmap(
        lambda n: st.lists(st.text("itsl.", min_size=n, max_size=n), min_size=3, max_size=3)
    ),
    min_size=1,
    max_size=4,
)


@given(CLIPS, CLIPS)
def test_running_agreement_equals_counting_everything_anew(before, after):
    running = RunningAgreement(["A", "B", "C"])
    for number, rows in enumerate(before):
        running.update(str(number), votes(*rows))
    for number, rows in enumerate(after):  # the same clips with other labels, or more
        running.update(str(number), votes(*rows))
    for number in range(len(after), len(before)):
        running.forget(str(number))
    clips = [votes(*rows) for rows in after]
    everything = np.concatenate(clips)
    found, kappa = running.measures(), running.kappa()
    expected = agreement.krippendorff_alpha(count_votes(everything))
    np.testing.assert_allclose(found["alpha"], expected, atol=1e-7)
    matrix = agreement.pairwise(everything)
    percent = agreement.pairwise(everything, agreement.percent_agreement)
    for row, (i, j) in zip(kappa.itertuples(), [(0, 1), (0, 2), (1, 2)]):
        np.testing.assert_allclose(row.kappa, matrix[i, j], atol=1e-12)
        np.testing.assert_allclose(row.agreement, percent[i, j], atol=1e-12)
    borders = agreement.border_table(clips)["frames"]
    np.testing.assert_allclose(found["borders"], borders.abs().median())
    np.testing.assert_allclose(found["alone"], borders.isna().mean())


def test_running_agreement_of_one_annotator_and_of_wrong_votes():
    running = RunningAgreement(["A"])
    running.update("c", votes("iits"))
    assert np.isnan(list(running.measures().values())).all() and running.kappa().empty
    with pytest.raises(ValueError, match="clip c: expected votes of 1 annotators, found 2"):
        running.update("c", votes("ii", "tt"))


# --- pictures ---------------------------------------------------------------------------------


def test_pictures_of_the_queue():
    labels = table(lost=("iiiiitttss", "tttttsssss", "llllllllll"), calm=("iitssl",) * 3)
    found = review.queue(labels, "ABC")
    axes = plot_queue(found)
    widths = [bar.get_width() for bar in axes[0].patches]
    assert sum(widths) == len(found)
    assert [text.get_text() for text in axes[0].texts][:2] == [f"{w:.0f}" for w in widths[:2]]
    rows = {"lost": {"A": codes("iiiiitttss"), "label": codes("..........")}}
    axes = plot_cases(found, rows, most=1)
    assert "lost, no majority" in axes[0].get_title(loc="left")
    assert axes[0].get_xlim() == (0, 10)
    assert plot_cases(found.head(0), {})[0].texts[0].get_text() == "nothing to review"
    assert plot_queue(found.head(0))[0].texts[0].get_text() == "nothing to review"
    plt.close("all")
