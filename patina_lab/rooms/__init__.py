"""Open notebooks: their documents, their runs, their persistence."""
