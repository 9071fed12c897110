"""Searches for proofs; what is found counts once it has been checked."""
