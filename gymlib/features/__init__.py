"""What models see of poses: which frames stay, in which units, how a body moves, and variations.

:mod:`motion` is in torch, because networks call it. Geometric features may come here.
"""
