"""One kernel connection, and the pure translation of its messages into events."""
