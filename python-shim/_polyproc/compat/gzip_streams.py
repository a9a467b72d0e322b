"""The gzip format in `zlib`, which GraalPy 25.0.3 does not keep to.

Its `compressobj` writes no header and no trailer where gzip is asked for, and what it decompresses is not compared
with the trailer, so that damaged data pass for whole. Raw deflate, on which this builds, is right.
"""
# Needed while: import zlib; stream = zlib.compressobj(wbits=31); (stream.compress(b"x") + stream.flush())[:2] != b"\x1f\x8b"

import zlib

_ID = b"\x1f\x8b\x08"
_EXTRA, _NAME, _COMMENT, _HEADER_CRC = 4, 8, 16, 2
_TRAILER = 8
_GZIP = range(24, 32)
"""The values of `wbits` that mean gzip."""
_ANY = range(40, 48)
"""Those that mean gzip or zlib, whichever it is."""

_compressobj, _decompressobj = zlib.compressobj, zlib.decompressobj
_compress, _decompress = zlib.compress, zlib.decompress


def install(module=zlib):
    """Gives `zlib` functions that know gzip."""
    for function in compressobj, decompressobj, decompress, compress:
        function.__module__ = "zlib"
        setattr(module, function.__name__, function)


def compressobj(
    level=-1,
    method=zlib.DEFLATED,
    wbits=zlib.MAX_WBITS,
    memLevel=zlib.DEF_MEM_LEVEL,
    strategy=zlib.Z_DEFAULT_STRATEGY,
    zdict=None,
):
    """Returns a compressor object."""
    options = (memLevel, strategy) if zdict is None else (memLevel, strategy, zdict)
    if wbits not in _GZIP:
        return _compressobj(level, method, wbits, *options)
    return Compress(_compressobj(level, method, -zlib.MAX_WBITS, *options), level)


def decompressobj(wbits=zlib.MAX_WBITS, zdict=b""):
    """Returns a decompressor object."""
    if wbits in _GZIP or wbits in _ANY:
        return Decompress(wbits)
    return _decompressobj(wbits, zdict) if zdict else _decompressobj(wbits)


def decompress(data, /, wbits=zlib.MAX_WBITS, bufsize=zlib.DEF_BUF_SIZE):
    """Returns a bytes object containing the uncompressed data."""
    if wbits not in _GZIP and wbits not in _ANY:
        return _decompress(data, wbits, bufsize)
    stream = Decompress(wbits)
    found = stream.decompress(data)
    if not stream.eof:
        raise zlib.error("Error -5 while decompressing data: incomplete or truncated stream")
    return found


def compress(data, /, level=-1, wbits=zlib.MAX_WBITS):
    """Returns a bytes object containing compressed data."""
    if wbits not in _GZIP:
        return _compress(data, level, wbits)
    stream = compressobj(level, wbits=wbits)
    return stream.compress(data) + stream.flush()


class Compress:
    """Raw deflate between a header and a trailer."""

    def __init__(self, raw, level):
        self._raw = raw
        self._pending = _ID + bytes(5) + (b"\x02" if level == 9 else b"\x04" if level == 1 else b"\0") + b"\x03"
        self._crc = 0
        self._size = 0

    def compress(self, data, /):
        """Compresses some of the data; what comes out may be that of earlier calls."""
        self._crc = zlib.crc32(data, self._crc)
        self._size += memoryview(data).nbytes
        return self._take() + self._raw.compress(data)

    def flush(self, mode=zlib.Z_FINISH, /):
        """Returns what is still to come out."""
        found = self._take() + self._raw.flush(mode)
        if mode == zlib.Z_FINISH:
            found += _trailer(self._crc, self._size)
        return found

    def copy(self):
        """A compressor that has seen the same data."""
        other = Compress.__new__(Compress)
        vars(other).update(vars(self), _raw=self._raw.copy())
        return other

    __copy__ = copy

    def __deepcopy__(self, memo, /):
        return self.copy()

    def _take(self):
        pending, self._pending = self._pending, b""
        return pending


class Decompress:
    """A gzip member, or else what the first byte says; `eof` once all of it was read and found to be whole."""

    def __init__(self, wbits):
        self._wbits = wbits
        self._raw = None
        self._gzip = True
        self._before = b""
        self._after = b""
        self._crc = 0
        self._size = 0
        self.eof = False
        self.unused_data = b""
        self.unconsumed_tail = b""

    def decompress(self, data, /, max_length=0):
        """Decompresses the data, at most so many bytes if not 0; `unconsumed_tail` is what it did not look at."""
        if max_length < 0:
            raise ValueError("max_length must be non-negative")
        data = bytes(data)
        if self.eof:
            self.unused_data += data
            return b""
        if self._raw is None:
            data = self._begin(data)
            if data is None:
                return b""
        found = b""
        if not self._raw.eof:
            found = self._raw.decompress(data, max_length) if max_length else self._raw.decompress(data)
            data = self._raw.unused_data
        self._count(found)
        self._end(data)
        return found

    def flush(self, length=zlib.DEF_BUF_SIZE, /):
        """Decompresses what is left."""
        if length <= 0:
            raise ValueError("length must be greater than zero")
        rest, self.unconsumed_tail = self.unconsumed_tail, b""
        return self.decompress(rest) if rest else b""

    def copy(self):
        """A decompressor that has seen the same data."""
        other = Decompress.__new__(Decompress)
        vars(other).update(vars(self), _raw=self._raw and self._raw.copy())
        return other

    __copy__ = copy

    def __deepcopy__(self, memo, /):
        return self.copy()

    def _begin(self, data):
        """Reads the header; what follows it, or None if more is needed."""
        self._before += data
        if self._wbits in _ANY and self._before and self._before[:1] != _ID[:1]:
            self._gzip = False
            self._raw = _decompressobj(zlib.MAX_WBITS)
            return self._before
        length = header_length(self._before)
        if length is None:
            return None
        self._raw = _decompressobj(-zlib.MAX_WBITS)
        return self._before[length:]

    def _count(self, found):
        self._crc = zlib.crc32(found, self._crc)
        self._size += len(found)

    def _end(self, data):
        """Takes what follows the compressed data, the trailer first."""
        self.unconsumed_tail = self._raw.unconsumed_tail
        if not self._raw.eof:
            return
        self._after += data
        needed = _TRAILER if self._gzip else 0
        if len(self._after) < needed:
            return
        trailer = self._after[:needed]
        expected = _trailer(self._crc, self._size)[:needed]
        if trailer[:4] != expected[:4]:
            raise zlib.error("Error -3 while decompressing data: incorrect data check")
        if trailer != expected:
            raise zlib.error("Error -3 while decompressing data: incorrect length check")
        self.eof = True
        self.unused_data = self._after[needed:]


def header_length(data):
    """How long the header of a gzip member is; None if there is only a part of it. Raises `zlib.error`."""
    if data[:3] != _ID[: len(data[:3])]:
        reason = "incorrect header check" if data[:2] != _ID[: len(data[:2])] else "unknown compression method"
        raise zlib.error(f"Error -3 while decompressing data: {reason}")
    if len(data) < 10:
        return None
    flags, at = data[3], 10
    if flags & 0xE0:
        raise zlib.error("Error -3 while decompressing data: unknown header flags set")
    if flags & _EXTRA:
        if len(data) < at + 2:
            return None
        at += 2 + int.from_bytes(data[at : at + 2], "little")
    for text in _NAME, _COMMENT:
        if flags & text:
            at = data.find(0, at) + 1
            if not at:
                return None
    if flags & _HEADER_CRC:
        at += 2
    return at if at <= len(data) else None


def _trailer(crc, size):
    return crc.to_bytes(4, "little") + (size & 0xFFFFFFFF).to_bytes(4, "little")
