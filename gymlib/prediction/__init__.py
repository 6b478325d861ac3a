"""Models at work on videos that they have never seen.

Ensembles, pretrained weights, whole videos and live pictures belong here.
"""

from gymlib.prediction.answers import label_clip, predict_clip
from gymlib.prediction.open import load, open_dataset

__all__ = ["label_clip", "load", "open_dataset", "predict_clip"]
