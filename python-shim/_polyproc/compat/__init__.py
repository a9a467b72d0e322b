"""Modules of the standard library that GraalPy 25.0.3 has otherwise than CPython, one file each, loaded on their first use."""
