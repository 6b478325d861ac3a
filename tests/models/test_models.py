import json

import pytest
import torch

from gymlib import models
from gymlib.models.cnn import CNNConfig, FrameCNN, as_image
from gymlib.models.lstm import ClipLSTM, LSTMConfig


def test_sizes_are_those_of_the_thesis():
    cnn, lstm = models.build(CNNConfig(), 0), models.build(LSTMConfig(), 0)
    assert cnn.linear.in_features == 576
    # 8 (4+1) + 64 (8*4+1) + 4 (576+1); two directions of 16 (66+4+2) and 16 (8+4+2), 4 (8+1)
    assert models.parameters(cnn) == 40 + 2112 + 2308
    assert models.parameters(lstm) == 2 * 16 * 72 + 2 * 16 * 14 + 36


def test_layers_list_shapes_and_parameters():
    rows = models.layers(models.build(CNNConfig(), 0), frames=1)
    assert [row.output[1:] for row in rows] == [
        (8, 3, 34),
        (8, 1, 17),
        (64, 2, 18),
        (64, 1, 9),
        (4,),
    ]
    assert [row.parameters for row in rows] == [40, 0, 2112, 0, 2308]
    rows = models.layers(models.build(LSTMConfig(), 0), frames=12)
    assert [row.output for row in rows] == [(12, 8), (12, 4)]


def test_layouts_place_coordinates_as_documented():
    keypoints = torch.arange(66.0).reshape(1, 33, 2)  # x0=0, y0=1, x1=2, ...
    xy = as_image(keypoints, "xy")[0, 0]
    assert xy[0, :3].tolist() == [0, 2, 4] and xy[1, :3].tolist() == [1, 3, 5]
    interleaved = as_image(keypoints, "interleaved")[0, 0]
    assert interleaved[0, :3].tolist() == [0, 1, 2] and interleaved[1, 0] == 33


def test_the_lstm_sees_the_whole_clip_and_the_cnn_one_frame():
    clip = torch.randn(9, 33, 2)
    changed = clip.clone()
    changed[8] += 1
    cnn, lstm = models.build(CNNConfig(), 0), models.build(LSTMConfig(), 0)
    torch.testing.assert_close(cnn(clip)[:8], cnn(changed)[:8])
    assert (lstm(clip)[0] - lstm(changed)[0]).abs().max() > 0


@pytest.mark.parametrize("config", [CNNConfig(layout="interleaved"), LSTMConfig(hidden=3)])
def test_save_and_load_are_inverse(tmp_path, config):
    model = models.build(config, 3)
    models.save(model, tmp_path / "model.safetensors")
    loaded = models.load(tmp_path / "model.safetensors")
    assert loaded.config == config
    for name, weights in model.state_dict().items():
        assert torch.equal(weights, loaded.state_dict()[name])


def test_weights_that_do_not_fit_their_config_are_refused(tmp_path):
    models.save(models.build(LSTMConfig(), 0), tmp_path / "model.safetensors")
    description = {"architecture": "lstm", "config": {"hidden": 5, "layers": 2}}
    (tmp_path / "model.json").write_text(json.dumps(description))
    with pytest.raises(ValueError, match=r"model\.safetensors does not hold a model"):
        models.load(tmp_path / "model.safetensors")


def test_bad_configs_say_what_is_expected():
    with pytest.raises(ValueError, match="layout must be one of xy, interleaved"):
        CNNConfig(layout="yx")
    with pytest.raises(ValueError, match="filters must be two positive numbers"):
        CNNConfig(filters=(8, 0))
    with pytest.raises(ValueError, match="hidden and layers must be positive"):
        LSTMConfig(hidden=0)


def test_the_thesis_s_architectures_are_known():
    assert {"cnn", "lstm"} <= set(models.names())
    assert models.architecture(models.build(CNNConfig((2, 3)), 0)) == "cnn"
    assert models.recipe("cnn").module is FrameCNN and models.recipe("lstm").module is ClipLSTM
