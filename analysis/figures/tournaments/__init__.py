"""Figures of tournaments: the matrix, shares over time, and earnings by what others are."""
