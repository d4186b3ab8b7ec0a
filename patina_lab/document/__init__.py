"""The two Y-documents and the file formats."""
