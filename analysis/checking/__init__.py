"""Written answers verified again, from their files alone."""
