"""What a coalition can reach: feasible sets, their frontier and prices, and the programmes."""
