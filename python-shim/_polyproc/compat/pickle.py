"""An `Unpickler` whose subclasses decide what a global is, by `find_class`; GraalPy 25.0.3 never asks them.

Programs restrict by it what a pickle may load, so this is a matter of safety, and dill restores modules by it.
"""
# Needed while: import io, pickle as p; f = io.BytesIO(p.dumps(len)); not raises(type("", (p.Unpickler,), {"find_class": 0})(f).load)  # noqa: E501

import _pickle
import sys

_Original = _pickle.Unpickler


def install():
    """Puts it in the place of `_pickle.Unpickler`, from where `pickle` takes its own."""
    _pickle.Unpickler = Unpickler


class Unpickler(_Original):
    """Reads pickles from a file, by the library's Python code if a subclass has a `find_class` of its own."""

    def __init__(self, file, *, fix_imports=True, encoding="ASCII", errors="strict", buffers=()):
        options = {"fix_imports": fix_imports, "encoding": encoding, "errors": errors, "buffers": buffers}
        _Original.__init__(self, file, **options)
        self.__reader = None
        if type(self).find_class is not Unpickler.find_class:
            self.__reader = _reader(self, file, options)

    def load(self):
        if self.__reader is None:
            return _Original.load(self)
        try:
            return self.__reader.load()
        except EOFError:
            raise EOFError("Ran out of input") from None

    def find_class(self, module_name, global_name, /):
        if self.__reader is None:
            return _Original.find_class(self, module_name, global_name)
        return self.__reader.find_global(module_name, global_name)

    @property
    def memo(self):
        return _Original.memo.__get__(self) if self.__reader is None else self.__reader.memo

    @memo.setter
    def memo(self, memo):
        if self.__reader is None:
            _Original.memo.__set__(self, memo)
        else:
            self.__reader.memo = dict(memo)


Unpickler.__module__ = "_pickle"


def _reader(owner, file, options):
    """The library's unpickler in Python, which asks its owner for globals and persistent objects."""
    from pickle import _Unpickler

    class Reader(_Unpickler):
        def find_class(self, module, name):
            return owner.find_class(module, name)

        def find_global(self, module, name):
            try:
                return _Unpickler.find_class(self, module, name)
            except AttributeError:
                raise AttributeError(f"Can't get attribute {name!r} on {sys.modules.get(module)!r}") from None

        def persistent_load(self, pid):
            try:
                found = owner.persistent_load
            except AttributeError:
                raise _pickle.UnpicklingError(
                    "A load persistent id instruction was encountered, but no persistent_load function was specified."
                ) from None
            return found(pid)

    return Reader(file, **options)
