"""Whole messages between relay and executor, over one Unix socket."""
