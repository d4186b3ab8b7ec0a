"""Processes, private directories, and where running kernels are found again."""
