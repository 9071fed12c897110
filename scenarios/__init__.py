"""The catalogue of scenario files; data only."""
