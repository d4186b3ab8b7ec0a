"""The source documents: live, on the disk, and what became of them."""
