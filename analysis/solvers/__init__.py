"""Ways to find answers; what they find counts once a verifier has accepted it."""
