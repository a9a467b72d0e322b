"""The digests of `_blake2`. GraalPy 25.0.3 has BLAKE2 in four lengths, without keys, salts and trees."""
# Needed while: import _blake2; raises(lambda: _blake2.blake2b(key=b"k"))

import _polyproc

_UNSIGNED_LONG = 1 << 64
_TOO_LARGE = {"leaf_size": "Python int too large to convert to C unsigned long", "node_offset": "int too big to convert"}


def install(module):
    """Puts types that know all parameters into the module."""
    module.blake2b = blake2b
    module.blake2s = blake2s


class _Blake2:
    """What the two types have in common."""

    __slots__ = ("_digest", "digest_size")

    def __new__(
        cls,
        data=b"",
        /,
        *,
        digest_size=None,
        key=b"",
        salt=b"",
        person=b"",
        fanout=1,
        depth=1,
        leaf_size=0,
        node_offset=0,
        node_depth=0,
        inner_size=0,
        last_node=False,
        usedforsecurity=True,
    ):
        most = cls.MAX_DIGEST_SIZE
        size = most if digest_size is None else digest_size.__index__()
        if not 1 <= size <= most:
            raise ValueError(f"digest_size must be between 1 and {most} bytes")
        for name, value, longest in (("salt", salt, cls.SALT_SIZE), ("person", person, cls.PERSON_SIZE)):
            if len(memoryview(value)) > longest:
                raise ValueError(f"maximum {name} length is {longest} bytes")
        for name, value, least, greatest in (("fanout", fanout, 0, 255), ("depth", depth, 1, 255)):
            if not least <= value <= greatest:
                raise ValueError(f"{name} must be between {least} and {greatest}")
        for name, value, bits in (("leaf_size", leaf_size, 32), ("node_offset", node_offset, cls._OFFSET_BITS)):
            if value < 0:
                raise ValueError("value must be positive")
            if value >= _UNSIGNED_LONG:
                raise OverflowError(_TOO_LARGE[name])
            if value >> bits:
                raise OverflowError(f"{name} is too large")
        if not 0 <= node_depth <= 255:
            raise ValueError("node_depth must be between 0 and 255")
        if not 0 <= inner_size <= most:
            raise ValueError(f"inner_size must be between 0 and is {most}")
        key = bytes(memoryview(key))
        if len(key) > cls.MAX_KEY_SIZE:
            raise ValueError(f"maximum key length is {cls.MAX_KEY_SIZE} bytes")
        parameters = b"".join(
            (
                bytes((size, len(key), fanout, depth)),
                leaf_size.to_bytes(4, "little"),
                node_offset.to_bytes(cls._OFFSET_BITS // 8, "little"),
                bytes((node_depth, inner_size)),
                bytes(cls._RESERVED),
                bytes(salt).ljust(cls.SALT_SIZE, b"\0"),
                bytes(person).ljust(cls.PERSON_SIZE, b"\0"),
            )
        )
        self = object.__new__(cls)
        self.digest_size = size
        self._digest = _polyproc.runtime.standardLibrary().newBlake2(cls._WIDE, parameters, key, bool(last_node))
        self.update(data)
        return self

    def __init_subclass__(cls):
        if "_WIDE" not in cls.__dict__:
            raise TypeError(f"type '{cls.__base__.__module__}.{cls.__base__.__name__}' is not an acceptable base type")

    def update(self, data, /):
        """Update this hash object's state with the provided bytes-like object."""
        if isinstance(data, str):
            raise TypeError("Strings must be encoded before hashing")
        with _bytes_of(data) as view:
            self._digest.update(view)

    def digest(self):
        """Return the digest value as a bytes object."""
        return bytes.fromhex(self.hexdigest())

    def hexdigest(self):
        """Return the digest value as a string of hexadecimal digits."""
        return str(self._digest.hexDigest())

    def copy(self):
        """Return a copy of the hash object."""
        copy = object.__new__(type(self))
        copy.digest_size = self.digest_size
        copy._digest = self._digest.copy()
        return copy

    def __reduce_ex__(self, protocol):
        raise TypeError(f"cannot pickle '{type(self).__module__}.{type(self).__name__}' object")


def _bytes_of(data):
    try:
        view = memoryview(data)
    except TypeError:
        raise TypeError("object supporting the buffer API required") from None
    if view.ndim > 1:
        raise BufferError("Buffer must be single dimension")
    return view if view.format == "B" and view.contiguous else memoryview(bytes(view))


class blake2b(_Blake2):
    """Return a new BLAKE2b hash object."""

    __slots__ = ()
    _WIDE, _OFFSET_BITS, _RESERVED = True, 64, 14
    name, block_size, MAX_DIGEST_SIZE, MAX_KEY_SIZE, SALT_SIZE, PERSON_SIZE = "blake2b", 128, 64, 64, 16, 16


class blake2s(_Blake2):
    """Return a new BLAKE2s hash object."""

    __slots__ = ()
    _WIDE, _OFFSET_BITS, _RESERVED = False, 48, 0
    name, block_size, MAX_DIGEST_SIZE, MAX_KEY_SIZE, SALT_SIZE, PERSON_SIZE = "blake2s", 64, 32, 32, 8, 8


blake2b.__module__ = blake2s.__module__ = "_blake2"
