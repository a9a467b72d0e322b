"""`_hashlib.new`: GraalPy 25.0.3 finds Java's digests there, which differ from OpenSSL's: SHAKE's have no length."""
# Needed while: import _hashlib; not raises(lambda: _hashlib.new("shake_128"))

from _polyproc.compat.builtin_functions import builtin

_NOT_JAVAS = frozenset(("blake2b", "blake2s", "shake_128", "shake_256"))


def install(module):
    """Lets `hashlib.new` find the digests that other modules have."""
    make = module.new

    @builtin("_hashlib")
    def new(_hashlib, /, name, string=b"", *, usedforsecurity=True):
        """Return a new hash object using the named algorithm."""
        if isinstance(name, str) and name.lower() in _NOT_JAVAS:
            raise ValueError("unsupported hash type")
        return make(name, string, usedforsecurity=usedforsecurity)

    module.new = new
