"""Where claims meet: talks, what is asked and what comes of it."""
