"""Pages of the folders that are made from code and data, so that they cannot go stale."""
