"""What a coalition can reach: feasible sets, their frontier and its prices; and the programmes for it."""
