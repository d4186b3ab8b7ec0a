"""The commands, one file a subject. Imported only when they are asked for."""
