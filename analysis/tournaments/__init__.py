"""Tournaments: ways of negotiating against each other in many games, and what survives."""
