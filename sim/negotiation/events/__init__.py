"""What happens now and then: arrivals, inventions, breakdowns, the end."""
