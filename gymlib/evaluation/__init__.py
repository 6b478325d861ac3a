"""Comparing models: protocol, folds, search, nested cross-validation, scores, significance.

Works for any registered architecture. Other protocols, metrics and tests may come here.
"""
