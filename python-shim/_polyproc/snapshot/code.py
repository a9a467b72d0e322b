"""Functions by value: code, globals, defaults and closure cells.

Code travels as bytes. On CPython these are marshal's. GraalPy 25.0.3 builds a generator or coroutine
from marshalled code that cannot run (a NullPointerException or UnboundLocalError: its call target is not
wrapped as a generator's), and re-reads the source file for every code object. `code.replace(co_code=...)`
does both right, without any source text, so it serves for all functions there.
"""

import sys
from types import CellType, CodeType, FunctionType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

_GRAALPY = sys.implementation.name == "graalpy"


# What the parent does.


def dump_code(code: "CodeType") -> "Any":
    """What `load_code` needs to build this code object in another process."""
    if not _GRAALPY:
        import marshal

        return marshal.dumps(code)
    return (
        code.co_code,
        code.co_filename,
        code.co_name,
        code.co_qualname,
        code.co_firstlineno,
        code.co_flags,
        code.co_nlocals,
    )


def reduce_code(snapshot: "Any", code: "CodeType") -> tuple:
    return load_code, (snapshot.code(code),)


def reduce_function(snapshot: "Any", function: "Callable") -> "Any":
    """By name if the child can import it, else by value."""
    if snapshot.can_import(function, function.__module__, function.__qualname__):
        return NotImplemented
    code = function.__code__
    cells = function.__closure__
    defaults = function.__defaults__
    late_defaults = defaults is not None and any(value is function for value in defaults)
    state = _function_state(snapshot, function, code)
    if late_defaults:
        state["__defaults__"] = defaults
        defaults = None
    contents = snapshot.unsent_cells(cells) if cells else None
    arguments = (snapshot.code(code), snapshot.namespace(function.__globals__), function.__name__, defaults, cells)
    if not state and not contents:
        return make_function, arguments
    return make_function, arguments, (state, contents), None, None, set_function_state


def _function_state(snapshot, function, code):
    """The attributes that differ from what a new function of this code would have."""
    state = {}
    if function.__qualname__ != (function.__name__ if _GRAALPY else code.co_qualname):
        state["__qualname__"] = function.__qualname__
    if function.__module__ != function.__globals__.get("__name__"):
        state["__module__"] = function.__module__
    if function.__doc__ != _code_doc(code):
        state["__doc__"] = function.__doc__
    for name in ("__kwdefaults__", "__annotations__"):
        value = getattr(function, name)
        if value:
            state[name] = value
    if getattr(function, "__type_params__", ()):
        state["__type_params__"] = function.__type_params__
    if function.__dict__:
        state["__dict__"] = function.__dict__
    return state


def _code_doc(code):
    constants = code.co_consts
    first = constants[0] if constants else None
    return first if isinstance(first, str) else None


def reduce_cell(snapshot: "Any", cell: "CellType") -> tuple:
    contents = snapshot.unsent_cells((cell,))
    if not contents:
        return CellType, ()
    return CellType, (), contents, None, None, set_cells


def cell_contents(cells: "Iterable[CellType]") -> "list[tuple[CellType, Any]]":
    """Pairs of a cell and its value; without the empty cells."""
    pairs = []
    for cell in cells:
        try:
            pairs.append((cell, cell.cell_contents))
        except ValueError:
            pass  # empty: the variable has not been assigned yet, or was deleted
    return pairs


class SentCode:
    """A mixin for picklers: what they have written of functions that travel by value."""

    def begin(self) -> None:
        """To be called before anything is pickled."""
        self._code = {}
        self._sent_cells = set()

    def code(self, code: "CodeType") -> "Any":
        """The code in portable form; the same object for the same code."""
        data = dump_code(code)
        return self._code.setdefault(data, data)

    def unsent_cells(self, cells: "Iterable[CellType]") -> "list[tuple[CellType, Any]]":
        """(cell, value) of those cells whose values have not been sent yet."""
        unsent = [cell for cell in cells if id(cell) not in self._sent_cells]
        self._sent_cells.update(map(id, unsent))
        return cell_contents(unsent)


# What the child calls.


def _load_marshalled(data):
    import marshal

    return marshal.loads(data)


def _load_graalpy(data):
    import _imp

    body, filename, name, qualname, line, flags, locals_count = data
    code = _TEMPLATE.replace(
        co_code=body,
        co_filename=filename,
        co_name=name,
        co_qualname=qualname,
        co_firstlineno=line,
        co_flags=flags,
        co_nlocals=locals_count,
        co_linetable=b"",
    )
    _set_filename(code, filename, _imp._fix_co_filename, body.count(b"<locals>") > 1)
    return code


def _set_filename(code, filename, fix, deep):
    # `replace` gives code without a source; `_fix_co_filename` names it in the code object and in the
    # functions directly in it, for tracebacks.
    fix(code, filename)
    if deep:
        for constant in code.co_consts:
            if type(constant) is CodeType:
                _set_filename(constant, filename, fix, True)


_TEMPLATE = (lambda: None).__code__
_load = _load_graalpy if _GRAALPY else _load_marshalled
_loaded = {}


def load_code(data: "Any") -> "CodeType":
    """The code object; one for all functions made from the same `def`."""
    code = _loaded.get(data)
    if code is None:
        code = _loaded[data] = _load(data)
    return code


def forget_code() -> None:
    """Drops what `load_code` remembers, once a snapshot is restored."""
    _loaded.clear()


def make_function(
    code: "Any", namespace: dict, name: str, defaults: "Any", cells: "tuple[CellType, ...] | None"
) -> "FunctionType":
    return FunctionType(load_code(code), namespace, name, defaults, cells)


def set_function_state(function: "Callable", state: "Any") -> None:
    attributes, contents = state
    for name, value in attributes.items():
        if name == "__dict__":
            function.__dict__.update(value)
        else:
            setattr(function, name, value)
    if contents:
        set_cells(None, contents)


def set_cells(_: "Any", contents: "Any") -> None:
    for cell, value in contents:
        cell.cell_contents = value
