"""Constants of `zlib` that GraalPy 25.0.3 lacks, and streams in the gzip format."""

from _polyproc import gzip_streams


def install(module):
    """Adds them."""
    vars(module).update(Z_PARTIAL_FLUSH=1, Z_BLOCK=5, Z_TREES=6)
    gzip_streams.install(module)
