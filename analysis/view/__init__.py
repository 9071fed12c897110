"""What a reader sees: pages about runs and games."""
