"""Equilibrium solvers: they know games, not agents."""
