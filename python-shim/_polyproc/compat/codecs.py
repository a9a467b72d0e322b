"""`codecs`: encoders of UTF-16 and UTF-32 that write one byte order mark, and decoders that `newlines` can be asked of.

GraalPy 25.0.3 writes a mark with each text that it is given. A stream that translates no newlines asks its decoder for them.
"""
# Needed while: import codecs; e = codecs.lookup("utf-16").incrementalencoder(); e.encode("a"); len(e.encode("a")) != 2

import codecs
import sys

_NAMES = {"utf-16": ("utf-16", "utf16", "u16"), "utf-32": ("utf-32", "utf32", "u32")}


def install():
    """Puts the encoders into the codecs, which Python looks up once, and the attribute into the decoders."""
    codecs.IncrementalDecoder.newlines = None
    for encoding, names in _NAMES.items():
        encoder, writer = _classes(encoding)
        for name in names:
            codec = codecs.lookup(name)
            codec.incrementalencoder = encoder
            codec.streamwriter = writer


def _classes(encoding):
    unmarked = f"{encoding}-{'le' if sys.byteorder == 'little' else 'be'}"

    class IncrementalEncoder(codecs.IncrementalEncoder):
        def __init__(self, errors="strict"):
            super().__init__(errors)
            self._has_begun = False

        def encode(self, input, final=False):
            name = unmarked if self._has_begun else encoding
            self._has_begun = True
            return codecs.encode(input, name, self.errors)

        def reset(self):
            self._has_begun = False

        def getstate(self):
            # What `TextIOWrapper` sets where it goes on within a file is 0.
            return 0 if self._has_begun else 2

        def setstate(self, state):
            self._has_begun = not state

    class StreamWriter(codecs.StreamWriter):
        def __init__(self, stream, errors="strict"):
            super().__init__(stream, errors)
            self._encoder = IncrementalEncoder(errors)

        def encode(self, input, errors="strict"):
            self._encoder.errors = errors
            return self._encoder.encode(input), len(input)

        def reset(self):
            super().reset()
            self._encoder.reset()

    return IncrementalEncoder, StreamWriter
