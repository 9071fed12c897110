"""How answers are found."""
