"""The engine: its build, its memory, and calls into it."""
