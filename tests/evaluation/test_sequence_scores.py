"""Scores of whole clips, worked out by hand on two of them."""

import numpy as np
import pandas as pd
import pytest
from tiny_dataset import make_dataset, make_results

from gymlib.dataset import Dataset
from gymlib.evaluation import sequence_scores, timelines
from gymlib.evaluation.timelines import Timeline


def clip(name, true, outer=0, video="gym"):
    true = np.array(true, np.int8)
    return Timeline(name, video, outer, true, np.ones(len(true), bool), np.zeros((len(true), 4)))


CLIPS = [
    clip("a", [0, 0, 0, 1, 1, 2, 2, 2, 3, 3]),
    clip("b", [1, 1, 2, 2, -1, 3, 3, 3, 3, 3], outer=1),
]
SAID = {
    "a": np.array([0, 0, 1, 1, 1, 2, 2, 2, 3, 3], np.int8),  # take-off a frame early
    "b": np.array([1, 1, 3, 2, 2, 3, 3, 3, 0, 0], np.int8),
}


def scores(said=SAID, clips=CLIPS):
    return sequence_scores.table({("lstm", False): (clips, said)}).iloc[0]


def test_frames_and_segments_of_two_clips():
    row = scores()
    assert (row["clips"], row["frames"]) == (2, 19)
    # nine of ten right, and six of the nine labelled ones (-1 counts nowhere)
    assert row["acc_mean"] == pytest.approx(100 * 15 / 19)
    # a: four segments, all right; b: said 1 3 2 3 0 for 1 2 3: distance 2 of 5
    assert row["edit_mean"] == pytest.approx(100 * (1 + 3 / 5) / 2)
    # hits at half overlap: four; in b take-off (2 of 2), skill (1 of 2), landing (3 of 5)
    assert row["f1_50_mean"] == pytest.approx(100 * 2 * 7 / (7 + 7 + 2))
    assert row["surplus_mean"] == pytest.approx(9 / 7)
    assert row["missed_mean"] == 0


def test_f1_is_that_of_scikit_learn():
    from sklearn.metrics import f1_score

    true = np.concatenate([own.true for own in CLIPS])
    said = np.concatenate([SAID[own.clip] for own in CLIPS])
    expected = f1_score(true[true >= 0], said[true >= 0], average="macro")
    assert scores()["f1_mean"] == pytest.approx(100 * expected)


def test_a_segment_without_a_right_frame_is_missed():
    said = SAID | {"a": np.array([0] * 5 + [2] * 3 + [3] * 2, np.int8)}
    assert scores(said)["missed_mean"] == pytest.approx(100 / 7)


def test_a_clip_without_any_pose_is_wrong_throughout():
    said = SAID | {"b": np.full(10, -1, np.int8)}
    row = scores(said)
    assert row["acc_mean"] == pytest.approx(100 * 9 / 19)
    assert row["edit_mean"] == pytest.approx(100 / 2)
    assert row["f1_50_mean"] == pytest.approx(100 * 2 * 4 / (4 + 7))
    assert row["missed_mean"] == pytest.approx(100 * 3 / 7)


def test_intervals_hold_the_mean_and_are_points_where_clips_are_equal():
    row = scores()
    for measure in sequence_scores.MEASURES:
        assert row[f"{measure}_low"] <= row[f"{measure}_mean"] <= row[f"{measure}_high"]
    same = scores({"a": SAID["a"], "c": SAID["a"]}, [CLIPS[0], clip("c", CLIPS[0].true)])
    assert same["acc_low"] == same["acc_high"] == pytest.approx(90)


def test_by_fold_class_and_clip():
    folds = sequence_scores.by_fold(CLIPS, SAID)
    assert folds == pytest.approx([90, 100 * 6 / 9])
    assert sequence_scores.by_class(CLIPS, SAID) == pytest.approx(
        [100 * 2 / 3, 100, 100 * 4 / 5, 100 * 5 / 7]
    )
    by_clip = sequence_scores.by_clip(
        [(CLIPS, SAID), (CLIPS, {"a": CLIPS[0].true, "b": SAID["b"]})]
    )
    assert by_clip.to_dict() == pytest.approx({"a": 95.0, "b": 100 * 6 / 9})
    assert list(by_clip.index) == ["a", "b"]


def test_borders_are_late_missed_and_near():
    found = sequence_scores.borders(CLIPS, SAID).set_index("border")
    early = found.loc["idle to take-off"]
    assert (early["true"], early["missed"], early["late"], early["near"]) == (1, 0, -1, 100)
    # in b a landing stands between take-off and skill; there is no such border then
    skill = found.loc["take-off to skill"]
    assert (skill["true"], skill["missed"], skill["away"], skill["near"]) == (2, 50, 0, 50)
    # b's skill ends beside a frame without a label: only a's border counts
    assert found.loc["skill to landing", "true"] == 1
    none = found.loc["landing to idle"]
    assert none["true"] == 0 and np.isnan(none["late"]) and np.isnan(none["missed"])


def test_what_decoding_gains():
    decoded = SAID | {"a": CLIPS[0].true}
    table = sequence_scores.table(
        {("lstm", False): (CLIPS, SAID), ("lstm", True): (CLIPS, decoded)}
    )
    gain = sequence_scores.gains(table)
    assert isinstance(gain, pd.DataFrame) and list(gain.index) == ["lstm"]
    assert gain.loc["lstm", "acc"] == pytest.approx(100 / 19)
    assert gain.loc["lstm", "edit"] == 0


@pytest.mark.slow
def test_predictions_are_scored_frame_by_frame(home):
    data = Dataset(make_dataset(home, processed=True), home)
    predictions = make_results(home, data.name)
    found = {name: predictions[predictions["architecture"] == name] for name in ("cnn", "lstm")}
    scored = sequence_scores.of_predictions(data, found)
    assert scored["architecture"].tolist() == ["cnn", "lstm"] and not scored["decoded"].any()
    clips = timelines.read(data, found["cnn"])
    alone = sequence_scores.table({("cnn", False): (clips, timelines.said(clips))})
    pd.testing.assert_frame_equal(scored.iloc[:1], alone)
