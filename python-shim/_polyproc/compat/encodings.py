"""`encodings.utf_8`, which CPython has imported at boot and GraalPy 25.0.3 has not."""

from encodings import utf_8  # noqa: F401 (this is what the file is for)
