"""Did the agents get there? A finished run against the analytic answer."""
