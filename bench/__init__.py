"""Benchmarks: each against what a user would pick instead, both measured in the same run."""
