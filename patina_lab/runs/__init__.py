"""Runs at work: their kernels, and their timelines as they grow."""
