"""Shapley's λ-transfer value with optimal threats: prices at which claims clear."""
