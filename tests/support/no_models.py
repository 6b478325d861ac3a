"""An ensemble that nobody asks: for what only hands it on."""

import numpy as np

from gymlib.evaluation.decoding import learn
from gymlib.prediction.answers import Ensemble

NOBODY = Ensemble([], learn([np.array([0, 1, 2, 3, 0], np.int8)]))
