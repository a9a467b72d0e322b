"""Constants of `zlib` that GraalPy 25.0.3 lacks, streams in the gzip format, and the end of a compressed stream."""
# Needed while: import zlib; not hasattr(zlib, "Z_BLOCK")

from _polyproc.compat import gzip_streams


def install(module):
    """Adds them."""
    vars(module).update(Z_PARTIAL_FLUSH=1, Z_BLOCK=5, Z_TREES=6)
    gzip_streams.install(module)
    module._ZlibDecompressor = _minding_end(module._ZlibDecompressor)


def _minding_end(original):
    class _ZlibDecompressor:
        """Create a decompressor object for decompressing data incrementally."""

        __slots__ = ("_original",)

        def __init__(self, wbits=15, zdict=b""):
            self._original = original(wbits, zdict)

        def __init_subclass__(cls):
            raise TypeError("type 'zlib._ZlibDecompressor' is not an acceptable base type")

        def decompress(self, data, max_length=-1):
            """Decompress *data*, returning uncompressed data as bytes: at most max_length, if that is not negative."""
            if self._original.eof:
                raise EOFError("End of stream already reached")  # GraalPy's library would read beyond its buffer
            return self._original.decompress(data, max_length)

        eof = property(lambda self: self._original.eof, doc="True if the end-of-stream marker has been reached.")
        needs_input = property(lambda self: self._original.needs_input, doc="True if more input is needed.")
        unused_data = property(lambda self: self._original.unused_data, doc="Data found after the end of the stream.")

        def __reduce_ex__(self, protocol):
            raise TypeError("cannot pickle 'zlib._ZlibDecompressor' object")

    _ZlibDecompressor.__module__ = "zlib"
    _ZlibDecompressor.__qualname__ = "_ZlibDecompressor"
    return _ZlibDecompressor
