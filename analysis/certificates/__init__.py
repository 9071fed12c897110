"""Certificates: answers in exact fractions, or in intervals with a proof of existence inside."""
