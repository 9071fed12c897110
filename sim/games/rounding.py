"""What counts as the same payoff, for agents, solvers and verifiers alike."""

SAME_PAYOFF = 1e-9
"""Payoffs that differ by no more, in shares of payoff range, differ by rounding alone.

A point that misses a set by as little lies in it, a smaller gain is none, and a reply that is worse
by less is a best reply. It is ten times the tolerance of linear programs, and a tenth of what
verifiers accept.
"""
