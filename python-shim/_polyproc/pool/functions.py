"""Tasks with lambdas and nested functions, for workers that were forked.

Such a worker has a copy of the program's modules, so a function's code, defaults and closure are all that
must travel; its globals are those of the worker's module. CPython's workers take no such tasks.
"""

import io
import types
from multiprocessing.reduction import ForkingPickler

from _polyproc.snapshot import modules as snapshot_modules
from _polyproc.snapshot.code import SentCode, reduce_cell, reduce_code, reduce_function


def dumps(obj: object) -> "bytes | None":
    """A pickle; None if no function in it is the reason why it can't be pickled by name."""
    stream = io.BytesIO()
    pickler = _Pickler(stream)
    try:
        pickler.dump(obj)
    except Exception:
        if pickler.by_value:
            raise  # the functions could travel, something else could not
        return None
    return stream.getvalue() if pickler.by_value else None


class _Namespace:
    """Stands for the globals of a function."""

    def __init__(self, name):
        self._name = name

    def __reduce__(self):
        return snapshot_modules.namespace_of, (self._name,)


def _cell_type():
    return types.CellType


class _Pickler(SentCode, ForkingPickler):
    """Answers what the reduce functions of `snapshot_code` ask of a snapshot."""

    def __init__(self, stream):
        super().__init__(stream, 4)
        self.by_value = False
        self._namespaces = {}
        self.begin()

    def reducer_override(self, obj):
        kind = type(obj)
        if kind is types.FunctionType:
            reduced = reduce_function(self, obj)
            self.by_value = self.by_value or reduced is not NotImplemented
            return reduced
        if kind is types.CellType:
            return reduce_cell(self, obj)
        if kind is types.CodeType:
            return reduce_code(self, obj)
        if obj is types.CellType:
            return _cell_type, ()
        return NotImplemented

    def can_import(self, obj, module_name, qualname):
        if "<" in qualname:
            return False
        try:
            return snapshot_modules.lookup(module_name, qualname) is obj
        except Exception:  # AttributeError, or whatever a module's own __getattr__ raises
            return False

    def namespace(self, namespace):
        name = namespace.get("__name__")
        return self._namespaces.setdefault(name, _Namespace(name))
