"""Modules of the standard library that GraalPy lacks or has otherwise: one file for each that is changed."""
