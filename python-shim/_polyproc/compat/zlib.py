"""Constants of `zlib` that GraalPy 25.0.3 lacks."""


def install(module):
    """Adds them."""
    vars(module).update(Z_PARTIAL_FLUSH=1, Z_BLOCK=5, Z_TREES=6)
