"""Figures of studies: outcomes of many runs against what was varied in them."""
