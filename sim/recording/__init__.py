"""What is kept of a run: tables, one row an observation, and the events between them."""
