"""Checks of proofs in exact arithmetic; nothing here uses a solver or a prover."""
