"""Chaos: edits, runs and faults in an order that a seed decides, and a check of what is left."""
