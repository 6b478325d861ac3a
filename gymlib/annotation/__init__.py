"""What people say of frames: files, checks, majority, kinds, agreement, and a queue to review.

What judges took off is read here too. Other rules of voting and further layers of labels may come
here.
"""
