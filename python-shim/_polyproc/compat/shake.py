"""The digests SHAKE128 and SHAKE256 of `_sha3`. GraalPy 25.0.3 has one length of each."""
# Needed while: import _sha3; raises(lambda: _sha3.shake_128().digest(3))

import operator

import _polyproc
from _polyproc.compat.blake2 import _bytes_of

_MAX_LENGTH = 1 << 29


def install(module):
    """Puts types with digests of any length into the module."""
    module.shake_128 = shake_128
    module.shake_256 = shake_256


class _Shake:
    """What the two types have in common."""

    __slots__ = ("_digest",)
    digest_size = 0

    def __new__(cls, data=b"", /, *, usedforsecurity=True):
        self = object.__new__(cls)
        self._digest = _polyproc.runtime.standardLibrary().newShake(cls.block_size)
        self.update(data)
        return self

    def __init_subclass__(cls):
        if "block_size" not in cls.__dict__:
            raise TypeError(f"type '{cls.__base__.__module__}.{cls.__base__.__name__}' is not an acceptable base type")

    def update(self, data, /):
        """Update this hash object's state with the provided bytes-like object."""
        if isinstance(data, str):
            raise TypeError("Strings must be encoded before hashing")
        with _bytes_of(data) as view:
            self._digest.update(view)

    def digest(self, length):
        """Return the digest value as a bytes object."""
        return bytes.fromhex(self.hexdigest(length))

    def hexdigest(self, length):
        """Return the digest value as a string of hexadecimal digits."""
        length = operator.index(length)
        if length < 0:
            raise ValueError("value must be positive")
        if length >= _MAX_LENGTH:
            raise ValueError("length is too large")
        return str(self._digest.hexDigest(length))

    def copy(self):
        """Return a copy of the hash object."""
        copy = object.__new__(type(self))
        copy._digest = self._digest.copy()
        return copy

    def __reduce_ex__(self, protocol):
        raise TypeError(f"cannot pickle '{type(self).__module__}.{type(self).__name__}' object")


class shake_128(_Shake):
    """Return a new SHAKE128 hash object."""

    __slots__ = ()
    name, block_size, _capacity_bits, _rate_bits, _suffix = "shake_128", 168, 256, 1344, b"\x1f"


class shake_256(_Shake):
    """Return a new SHAKE256 hash object."""

    __slots__ = ()
    name, block_size, _capacity_bits, _rate_bits, _suffix = "shake_256", 136, 512, 1088, b"\x1f"


shake_128.__module__ = shake_256.__module__ = "_sha3"
