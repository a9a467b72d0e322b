"""Modules that GraalPy has otherwise than CPython: which of them a file of `_polyproc.compat` mends, and when.

The module is imported as it is, then `install(module)` of its file mends it. So a boot that imports none of these
modules loads none of the files.
"""

import sys

_MENDED = {
    "_blake2": "blake2",
    "_hashlib": "openssl_digests",
    "_lsprof": "profiler",
    "_sha3": "shake",
    "_sqlite3": "sqlite_cursors",
    "mmap": "mapped_memory",
    "zoneinfo._tzpath": "zone_folders",
}
"""The files of `_polyproc.compat`, by the modules that they mend."""

_being_found = set()


def find_spec(name):
    """How to load a module that needs mending; None for others."""
    if name not in _MENDED or name in _being_found:
        return None
    spec = _original_spec(name)
    if spec is None or not _is_standard(spec):
        return None
    spec.loader = _Loader(spec.loader)
    return spec


def _original_spec(name):
    _being_found.add(name)
    try:
        for finder in sys.meta_path:
            spec = finder.find_spec(name, _parents_path(name))
            if spec is not None:
                return spec
    finally:
        _being_found.discard(name)
    return None


def _parents_path(name):
    parent = name.rpartition(".")[0]
    return sys.modules[parent].__path__ if parent else None


def _is_standard(spec):
    """Whether it is GraalPy's module, and not a program's own of that name."""
    from _polyproc import shelf
    return spec.origin == "built-in" or (spec.origin or "").startswith(shelf.PYTHON_HOME)


class _Loader:
    """Loads a module as its own loader does, and mends it."""

    def __init__(self, loader):
        self._loader = loader

    def __getattr__(self, name):
        return getattr(self._loader, name)

    def create_module(self, spec):
        return self._loader.create_module(spec)

    def exec_module(self, module):
        from importlib import import_module
        # Nothing is to tell that it came in this way.
        module.__spec__.loader = module.__loader__ = self._loader
        self._loader.exec_module(module)
        import_module("_polyproc.compat." + _MENDED[module.__name__]).install(module)
