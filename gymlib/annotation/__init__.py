"""What people say of frames: their files, checks, majority, agreement, and a queue to review.

What judges took off is read here too. Other rules of voting and further layers of labels may come
here.
"""
