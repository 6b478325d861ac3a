"""Models at work on videos that they have never seen.

Ensembles, pretrained weights, whole videos and live pictures belong here.
"""

from gymlib.prediction.ensemble import predict_clip
from gymlib.prediction.open import load, open_dataset

__all__ = ["load", "open_dataset", "predict_clip"]
