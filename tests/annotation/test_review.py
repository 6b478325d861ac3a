"""The review queue finds what was planted, in the order of what is at stake; agreement follows."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny_dataset import make_dataset, standing
from vote_rows import codes, votes

from gymlib.annotation import agreement, majority
from gymlib.annotation.review import doubt
from gymlib.annotation.review.doubt import Doubt, ReviewConfig
from gymlib.annotation.review.model_and_pose import broken_poses, model_objections
from gymlib.annotation.review.order_and_votes import disagreements, impossible_orders
from gymlib.annotation.review.queue import rank_doubts, review_queue
from gymlib.annotation.running_agreement import RunningAgreement
from gymlib.dataset import Dataset, schemas
from gymlib.labels import CLASSES
from gymlib.pose.quality.tracks import Track


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
        ("iittsssllittssll", []),  # two attempts
        ("iittssllttssll", []),  # two with a short landing between
        ("iittssttssllii", [(6, 7, "a take-off within a skill")]),
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
    found = impossible_orders("c", votes(labels), codes("." * len(labels)), ["A"])
    assert [(case.start, case.end) for case in found] == [case[:2] for case in expected]
    for case, (_, _, words) in zip(found, expected):
        assert case.detail.startswith(f"A: {words}")


def test_the_same_mistake_by_several_is_one_case():
    given = votes("iisssll", "iiissll", "ittssll")
    found = impossible_orders("c", given, codes("iisssll"), ["A", "B", "C"])
    assert len(found) == 1
    assert found[0].detail == (
        "the label, A, B: a skill without a take-off, skill follows idle at frame 2"
    )
    assert (found[0].start, found[0].end, found[0].frames) == (2, 4, 3)
    assert found[0].score == 2  # of two frames of idle and three of skill; B's are two and three


# --- votes ------------------------------------------------------------------------------------


def test_stretches_of_different_votes():
    given = votes("iiiitttttsss", "iiiiiittttss", "iiiiiitttlll")
    one, two = disagreements("c", given, list("ABC"), ReviewConfig(shortest=2))
    assert (one.start, one.end, one.reason) == (4, 5, doubt.VOTES)
    assert one.score == pytest.approx(2 / 3)
    assert one.detail == "idle (B, C) against take-off (A) in 2 of 2 frames"
    assert (two.start, two.end, two.reason) == (9, 11, doubt.VOTES)
    assert two.detail.endswith("no majority in 1 frames")
    assert two.score == pytest.approx(1 + 2 / 3)
    assert [c.start for c in disagreements("c", given, list("ABC"))] == [9]


def test_no_majority_and_missing_votes():
    given = votes("iiiiii", "tttttt", "ssssss")
    case = disagreements("c", given, list("ABC"))[0]
    assert (case.reason, case.frames, case.score) == (doubt.NO_MAJORITY, 6, 6)
    assert disagreements("c", votes("iii...", "...ttt"), list("AB")) == []
    assert disagreements("c", votes("iii...", "ttt..."), list("AB"))[0].score == 3


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
    case = model_objections("c", final, every, answers("iiiissssssss"))[0]
    assert (case.start, case.end, case.reason) == (4, 7, doubt.MODEL)
    assert case.score == pytest.approx(4 * 0.96)
    assert case.detail == "the model says skill, the label is take-off (margin 0.96)"
    assert model_objections("c", final, every, answers("iiiissssssss", 0.85)) == []
    assert model_objections("c", final, every, answers("iiiittssssss")) == []  # two frames
    assert model_objections("c", final, every, answers("iiii........")) == []
    assert model_objections("c", codes("............"), every, answers("iiiissssssss")) == []


def test_frames_without_an_answer_end_an_objection():
    final, said = codes("i" * 10), answers("s" * 10)
    asked = np.array([0, 1, 2, 3, 6, 7, 8, 9])
    found = model_objections("c", final, asked, said[asked])
    assert [(case.start, case.end) for case in found] == [(0, 3), (6, 9)]


# --- pose -------------------------------------------------------------------------------------


def test_poses_that_are_missing_or_jump():
    poses = np.tile(60 * standing() + [320, 180], (40, 1, 1))
    detected = np.ones(40, dtype=bool)
    detected[[5, 6, 7, 10, 11]] = False  # 8 and 9 are too few to trust
    detected[20:23] = False  # three frames only
    poses[30:36:2] = 60 * standing()[:, ::-1] + [320, 180]  # lying for one frame, and again
    case, other = broken_poses(Track("c", poses, detected, 360.0))
    assert (case.start, case.end, case.score) == (5, 11, 7 / 4)
    assert case.detail == "no pose in 5 of 7 frames"
    assert (other.start, other.end) == (30, 35)
    assert other.detail == "a broken one in 6 of 6 frames"


def test_a_clip_without_any_pose_is_one_case():
    track = Track("c", np.zeros((8, 33, 2)), np.zeros(8, dtype=bool), 360.0)
    assert [(case.start, case.end) for case in broken_poses(track)] == [(0, 7)]


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
    found = rank_doubts(labels, "ABC", predictions=asked, tracks=[dark])
    assert list(found.columns) == list(Doubt._fields)
    assert (np.diff(found["score"]) <= 0).all()
    assert set(found["reason"]) <= set(doubt.REASONS)
    first = found.iloc[0]
    assert (first["clip"], first["reason"]) == ("lost", doubt.NO_MAJORITY)
    row = next(found.itertuples())
    assert (row.clip, row.start, row.end) == ("lost", 0, 9)
    assert doubt.POSE in set(found["reason"][found["clip"] == "calm"])


def test_an_empty_queue_has_its_columns():
    found = rank_doubts(table(calm=("iiittsssll",) * 3), "ABC")
    assert found.empty and list(found.columns) == list(Doubt._fields)


def test_settings_are_checked():
    with pytest.raises(ValueError, match="sure is a probability above 0 and up to 1, found 90"):
        ReviewConfig(sure=90)


@pytest.mark.slow
def test_the_queue_of_a_data_set_takes_what_there_is(tmp_path):
    make_dataset(tmp_path, processed=True)
    data = Dataset("tiny", tmp_path)
    labels_only = review_queue(data)
    assert set(labels_only["clip"]) <= set(data.clips["clip"])
    assert doubt.POSE in set(labels_only["reason"])
    clip = data.processed[1]
    wrong = pd.DataFrame(answers("l" * len(clip)), columns=schemas.PROBABILITIES)
    wrong = wrong.assign(clip=clip.name, frame=clip.frames)
    found = review_queue(data, predictions=wrong, config=ReviewConfig(shortest=1))
    assert set(found["clip"][found["reason"] == doubt.MODEL]) == {clip.name}


# --- agreement that follows -------------------------------------------------------------------

CLIPS = st.lists(
    st.integers(1, 30).flatmap(
        lambda n: st.lists(st.text("itsl.", min_size=n, max_size=n), min_size=3, max_size=3)
    ),
    min_size=1,
    max_size=4,
)


@pytest.mark.slow
@given(CLIPS, CLIPS)
def test_running_agreement_equals_counting_everything_anew(before, after):
    running = RunningAgreement(["A", "B", "C"])
    for number, rows in enumerate(before):
        running.update(str(number), votes(*rows))
    clips = [votes(*rows) for rows in [*after, *before[len(after) :]]]
    for number, rows in enumerate(after):  # the same clips with other labels, or more
        running.update(str(number), votes(*rows))
    everything, found = np.concatenate(clips), running.measures()
    expected = agreement.krippendorff_alpha(everything)
    np.testing.assert_allclose(found["alpha"], expected, atol=1e-7)
    matrix, shared = agreement.pairwise(everything), everything >= 0
    for (i, first), (j, second) in itertools.combinations(enumerate("ABC"), 2):
        name = f"kappa {first}, {second}"
        assert (name in found) == (shared[:, i] & shared[:, j]).any()
        np.testing.assert_allclose(found.get(name, np.nan), matrix[i, j], atol=1e-12)
    borders = agreement.border_table(clips)["frames"].abs().dropna()
    np.testing.assert_allclose(found["borders"], borders.median())
    np.testing.assert_allclose(found["near"], (borders <= 2).mean())


def test_running_agreement_of_one_annotator_and_of_wrong_votes():
    running = RunningAgreement(["A"])
    running.update("c", votes("iits"))
    assert np.isnan(list(running.measures().values())).all()
    with pytest.raises(ValueError, match="clip c: expected votes of 1 annotators, found 2"):
        running.update("c", votes("ii", "tt"))
