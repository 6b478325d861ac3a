"""What models see of poses: which frames stay, in which units.

Geometric features and trajectory maps may come here.
"""
