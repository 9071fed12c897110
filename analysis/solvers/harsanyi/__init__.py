"""Fair splits of what coalitions can deliver."""
