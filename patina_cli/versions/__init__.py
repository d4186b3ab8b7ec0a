"""Two and three versions of a notebook, and of a run: what differs, and both in one. Pure."""
