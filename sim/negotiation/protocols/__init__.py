"""Who speaks when: ticks, bargaining rounds, alternating offers, commitment."""
