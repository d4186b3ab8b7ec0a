"""What an update of a shared document brings, and whether it may come in."""
