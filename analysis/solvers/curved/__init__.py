"""Games whose feasible sets are curved."""
