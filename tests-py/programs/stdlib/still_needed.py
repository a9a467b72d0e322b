# conformance: GraalPy still has each fault that a file of `_polyproc.compat` mends: one that it has no more is to go
# polyproc-only: it looks at GraalPy's own modules
# env: POLYPROC_IMAGE=off
import sqlite3
import sysconfig
import tempfile
import threading
import time
from importlib.util import module_from_spec

from _polyproc import compat


def original(name):
    """GraalPy's own module, made anew."""
    spec = compat.find_original(name)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def fails(function, *args, **kwargs):
    try:
        function(*args, **kwargs)
    except Exception as e:
        return type(e).__name__
    return "works now"


print("zoneinfo: no folder known", sysconfig.get_config_var("TZPATH"))
print("_blake2: a size", fails(original("_blake2").blake2b, b"", digest_size=4))
print("_sha3: a length", fails(lambda: original("_sha3").shake_128(b"").hexdigest(4)))
print("_hashlib: SHAKE", fails(lambda: original("_hashlib").new("shake_128", b"").hexdigest(4)))
profiler = original("_lsprof").Profiler()
profiler.enable()
sorted(range(10))
profiler.disable()
print("_lsprof: calls", len(profiler.getstats()))
mmap = original("mmap")
mapping = mmap.mmap(-1, 4096)
view = memoryview(mapping)
print("mmap: resize", fails(mapping.resize, 8192))
mapping.close()
print("mmap: closed under a view", mapping.closed)
with tempfile.TemporaryDirectory() as folder:
    connection = sqlite3.Connection.__base__(folder + "/x.db")
    cursor = sqlite3.Cursor.__base__
    connection.cursor(cursor).execute("PRAGMA journal_mode=WAL")
    connection.execute("CREATE TABLE t(k)")
    connection.execute("INSERT INTO t VALUES(1)")
    print("_sqlite3: a dropped cursor", fails(connection.commit))
    connection.close()
print("RLock: arguments", fails(threading.RLock().__class__.__base__, 1))
