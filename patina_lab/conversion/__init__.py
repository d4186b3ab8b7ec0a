"""Notebooks of other formats: from and to them. Pure; bytes of outputs go through functions."""
