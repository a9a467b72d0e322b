"""Restores a snapshot in which something cannot be rebuilt: a placeholder takes its place, and all else is there.

The quick way, the built-in unpickler, ends at the first object that fails. So the snapshot is read once more, by the
standard library's unpickler in Python, in which each step can fail alone.
"""

import io
import pickle

from _polyproc.snapshot.placeholder import Unavailable, UnavailableError, describe, message


def restore_with_care(data: bytes) -> tuple:
    """As `pickle.loads`; returns the process object and the names of the parent's placeholders.

    Raises UnavailableError if the process object itself cannot be rebuilt.
    """
    unpickler = _CarefulUnpickler(io.BytesIO(data))
    process_obj, names = unpickler.load()
    for part in (process_obj, getattr(process_obj, "_target", None)):
        if type(part) is Unavailable:
            raise UnavailableError(message(part))
    return process_obj, names


class _CarefulUnpickler(pickle._Unpickler):
    """Puts a placeholder where an object cannot be made, and goes on."""

    dispatch = dict(pickle._Unpickler.dispatch)

    def _replace(self, e):
        if isinstance(e, UnavailableError):
            return Unavailable(str(e))  # a consequence of another one
        return Unavailable(describe(e))

    def find_class(self, module_name, name):
        try:
            return super().find_class(module_name, name)
        except Exception as e:
            return self._replace(e)

    def _make(self, function, args, kwargs):
        try:
            self.stack.append(function(*args, **kwargs))
        except Exception as e:
            self.stack.append(self._replace(e))

    def load_reduce(self):
        args = self.stack.pop()
        self._make(self.stack.pop(), args, {})

    def load_newobj(self):
        args = self.stack.pop()
        cls = self.stack.pop()
        self._make(_new, (cls, *args), {})

    def load_newobj_ex(self):
        kwargs = self.stack.pop()
        args = self.stack.pop()
        cls = self.stack.pop()
        self._make(_new, (cls, *args), kwargs)

    def load_build(self):
        instance = self.stack[-2]
        try:
            pickle._Unpickler.load_build(self)
        except Exception as e:
            placeholder = self.stack[-1] = self._replace(e)
            self.memo.update({key: placeholder for key, value in self.memo.items() if value is instance})

    dispatch[pickle.REDUCE[0]] = load_reduce  # type: ignore[assignment]
    dispatch[pickle.NEWOBJ[0]] = load_newobj  # type: ignore[assignment]
    dispatch[pickle.NEWOBJ_EX[0]] = load_newobj_ex  # type: ignore[assignment]
    dispatch[pickle.BUILD[0]] = load_build  # type: ignore[assignment]


def _new(cls, *args, **kwargs):
    return cls.__new__(cls, *args, **kwargs)


def _forgiving(load):
    """The step that puts items into a container, which may be a placeholder, or refuse one of them."""

    def load_items(self):
        try:
            load(self)
        except Exception as e:
            self._replace(e)

    return load_items


for _opcode in (pickle.APPEND, pickle.APPENDS, pickle.SETITEM, pickle.SETITEMS, pickle.ADDITEMS):
    _CarefulUnpickler.dispatch[_opcode[0]] = _forgiving(_CarefulUnpickler.dispatch[_opcode[0]])
