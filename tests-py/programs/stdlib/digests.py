# conformance: hashlib's BLAKE2 has keys, salts, trees and digests of any size, its SHAKE digests of any length
import copy
import hashlib
import hmac
import pickle


def attempt(function, *args, **kwargs):
    try:
        result = function(*args, **kwargs)
        print(result.hexdigest() if hasattr(result, "hexdigest") else result)
    except Exception as e:
        print(type(e).__name__, e)


DATA = bytes(range(256)) * 9
for kind in (hashlib.blake2b, hashlib.blake2s):
    most = kind.MAX_DIGEST_SIZE
    print(kind, kind.__name__, kind.MAX_KEY_SIZE, kind.SALT_SIZE, kind.PERSON_SIZE)
    for size in (1, 4, 16, 20, most):
        digest = kind(DATA, digest_size=size)
        print(digest.name, digest.digest_size, digest.block_size, digest.hexdigest())
    for length in (0, 1, 63, 64, 65, 127, 128, 129, 255, 256, 257):
        print(length, kind(DATA[:length], digest_size=8).hexdigest())
    attempt(kind, DATA, key=b"key")
    attempt(kind, key=b"k" * kind.MAX_KEY_SIZE)
    attempt(kind, DATA, key=b"key", salt=b"salt", person=b"person", digest_size=24)
    attempt(kind, DATA, fanout=2, depth=2, leaf_size=4096, node_offset=1, node_depth=1, inner_size=most, last_node=True)
    attempt(kind, DATA, node_offset=(1 << 47) + 3, leaf_size=(1 << 32) - 1, fanout=0, depth=255, usedforsecurity=False)
    for wrong in ({"digest_size": 0}, {"digest_size": most + 1}, {"key": b"k" * 65}, {"salt": b"s" * 17},
                  {"person": b"p" * 17}, {"fanout": 256}, {"fanout": -1}, {"depth": 0}, {"leaf_size": 1 << 32},
                  {"leaf_size": -1}, {"node_offset": -1}, {"node_offset": 1 << 64}, {"node_depth": 256},
                  {"inner_size": most + 1}, {"nobody": 1}):
        try:
            kind(**wrong)
            print("no error", wrong)
        except Exception as e:
            print(type(e).__name__, wrong, "" if "nobody" in wrong else e)
    first = kind(b"one", digest_size=8)
    second = first.copy()
    first.update(b" two")
    second.update(bytearray(b" three"))
    second.update(memoryview(b"-x-four-")[2:5])
    attempt(second.update, memoryview(b"-x-four-")[::2])
    print(first.digest(), second.digest(), kind(b"one two", digest_size=8).digest())
    attempt(first.update, "text")
    attempt(first.update, 3)
    attempt(kind, "text")
    attempt(pickle.dumps, first)
    attempt(copy.copy, first)
    attempt(type, "Derived", (kind,), {})
    print(hmac.new(b"key", b"message", kind).hexdigest())

for kind in (hashlib.shake_128, hashlib.shake_256):
    for length in (0, 1, 135, 136, 137, 168, 169, 500):
        digest = kind(DATA[:length])
        print(digest.name, digest.digest_size, digest.block_size, digest.hexdigest(length % 90), len(digest.digest(length)))
    second = digest.copy()
    digest.update(b"more")
    print(second.hexdigest(4), digest.hexdigest(4), digest.digest(length=3))
for name in ("blake2b", "blake2s", "sha3_256", "shake_128"):
    digest = hashlib.new(name, b"x")
    print(digest.name, digest.hexdigest(8) if name == "shake_128" else digest.hexdigest())
