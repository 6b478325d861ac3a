"""Models at work on videos that they have never seen.

Ensembles, pretrained weights, whole videos and live pictures belong here.
"""
