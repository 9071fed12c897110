"""Longer runs by hand, with figures for the README; some tests draw their games here."""
