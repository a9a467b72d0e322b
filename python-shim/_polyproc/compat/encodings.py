"""`encodings.utf_8`, which CPython has imported at boot and GraalPy 25.0.3 has not."""
# Needed while: import encodings; not hasattr(encodings, "utf_8")

from importlib import import_module

utf_8 = import_module("encodings.utf_8")
