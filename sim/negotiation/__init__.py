"""Agents that threaten, split and trade, tick by tick."""
