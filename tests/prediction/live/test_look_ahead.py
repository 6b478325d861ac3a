"""The cost of looking only a moment ahead, with models that are made up."""

import numpy as np
from no_models import NOBODY
from stick_figure import attempt, salto

from gymlib.prediction.live import look_ahead


def test_nobody_looks_further_than_allowed(monkeypatch):
    keypoints, labels = salto()
    own, asked = attempt(keypoints, labels), []

    def predict(ensemble, part, mirrored):
        asked.append(part)
        return np.tile([0.0, 0, 1, 0], (len(part), 1))

    monkeypatch.setattr(look_ahead, "predict_clip", predict)
    found = look_ahead.answers(NOBODY, own, 0.3)
    assert found.shape == (60, 4) and (found[:, 2] == 1).all()
    assert [len(part) for part in asked] == [min(60, frame + 10) for frame in range(60)]
    np.testing.assert_array_equal(asked[0].keypoints, own.keypoints[:10])
    assert all(part.labels is None for part in asked)
