"""Verifiers of answers: each takes a game and a claim, and shares no code with any solver."""
