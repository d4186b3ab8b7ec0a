"""Runs, outputs and events. Pure: standard library only, no I/O."""
