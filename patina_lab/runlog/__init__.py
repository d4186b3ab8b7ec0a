"""What is kept of runs on the disk, and what can be made of it again."""
