"""What should have happened: solve, verify, compare."""
