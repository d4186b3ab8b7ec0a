"""What an installation needs, whether it is there, and what to type where it is not."""
