"""One suite for all kernels: the same cases in every language, by real processes."""
