"""Classes whose objects CPython closes with their last reference, at the latest at the end of the program.

GraalPy 25.0.3 calls no `__del__`: an archive would have no directory, a compressed file no end, and a temporary file would
stay. Here those that are in use and open at the end of a process are closed.
"""
# Needed while: import gc; done = []; type("C", (), {"__del__": lambda self: done.append(1)})(); gc.collect(); not done

from _polyproc.compat import open_files

_CLASSES = {
    "bz2": ("BZ2File",),
    "dbm.dumb": ("_Database",),
    "gzip": ("GzipFile",),
    "lzma": ("LZMAFile",),
    "shelve": ("Shelf",),
    "tempfile": ("_TemporaryFileCloser", "SpooledTemporaryFile"),
    "wave": ("Wave_write",),
    "zipfile": ("ZipFile",),
}


def install(module):
    """Has the objects of a module's classes closed."""
    for name in _CLASSES[module.__name__]:
        _have_closed(getattr(module, name))


def _have_closed(cls):
    former = cls.__new__

    def __new__(cls, *args, **kwargs):
        self = former(cls)
        open_files.close_at_end(self)
        return self

    cls.__new__ = __new__
