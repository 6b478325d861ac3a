"""What people say of frames: files, checks, majority, kinds, agreement, and a queue to review.

Other rules of voting and further layers of labels may come here.
"""
