"""The thesis's protocol with small models, on clips that are easy to learn: seconds of work."""

from dataclasses import replace

from learnable_clips import make_clips

from gymlib import models
from gymlib.evaluation.protocol import Protocol
from gymlib.models.cnn import CNNConfig
from gymlib.models.lstm import LSTMConfig

CNN = replace(models.recipe("cnn"), config=CNNConfig((2, 3)), epochs=2)
LSTM = replace(models.recipe("lstm"), config=LSTMConfig(2, 1), epochs=2)
TINY = Protocol((CNN, LSTM), name="tiny", outer=2, inner=2, trials=3, startup=2, tuning_epochs=1)
CLIPS = make_clips([20] * 8)
