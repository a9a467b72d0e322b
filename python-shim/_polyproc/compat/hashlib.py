"""`hashlib.scrypt`, which GraalPy 25.0.3 lacks; `hashlib` takes it from `_hashlib`."""
# Needed while: import _hashlib; not hasattr(_hashlib, "scrypt")

import _hashlib

from _polyproc.compat.libc import _as_bytes, _native, builtin

_module = builtin("_hashlib")
_MAX_MEMORY = 32 << 20
_MAX_LENGTH = 0x7FFFFFFF


def prepare():
    """Adds it to `_hashlib`, before `hashlib` takes it from there."""
    _hashlib.scrypt = scrypt


def install(module):
    """Adds it where `hashlib` did not find it."""
    module.scrypt = scrypt


def _unsigned(value, name):
    if not isinstance(value, int) or isinstance(value, bool) and name == "n":
        raise TypeError(f"{name} is required and must be an unsigned int")
    if value < 0:
        raise OverflowError("can't convert negative value to unsigned int")
    return value


@_module
def scrypt(password, *, salt=None, n=None, r=None, p=None, maxmem=0, dklen=64):
    """scrypt password-based key derivation function."""
    password = _content(password)
    if salt is None:
        raise TypeError("salt is required")
    salt = _content(salt)
    n = _unsigned(n, "n")
    if n < 2 or n & n - 1:
        raise ValueError("n must be a power of 2.")
    r, p = _unsigned(r, "r"), _unsigned(p, "p")
    if not 0 <= maxmem <= _MAX_LENGTH:
        raise ValueError(f"maxmem must be positive and smaller than {_MAX_LENGTH}")
    if not 1 <= dklen <= _MAX_LENGTH:
        raise ValueError(f"dklen must be greater than 0 and smaller than {_MAX_LENGTH}")
    needed = 128 * r * p + 32 * r * (n + 2) * 4
    if r == 0 or p == 0 or p > 0x3FFFFFFF // r or n.bit_length() > 16 * r:
        raise ValueError("Invalid parameter combination for n, r, p, maxmem.")
    if needed > (maxmem or _MAX_MEMORY):
        raise ValueError("[digital envelope routines] memory limit exceeded")
    return _as_bytes(_native.scrypt(password, salt, n, r, p, dklen))


def _content(value):
    if isinstance(value, str):
        raise TypeError("a bytes-like object is required, not 'str'")
    return bytes(memoryview(value))
