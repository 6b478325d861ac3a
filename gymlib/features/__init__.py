"""What models see of poses: which frames stay, in which units, how a body moves, and variations.

:mod:`motion` and :mod:`joints` are in torch, because networks call them. What the picture says
beside the poses is in :mod:`picture`.
"""
