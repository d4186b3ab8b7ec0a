"""Content-addressed store of output bytes."""
