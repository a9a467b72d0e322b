"""Says where a value that could not travel was found: by which variable a reader knows it.

A pickler does not tell on which way it came to an object. So once something has failed - and only then -
this walks the same ways again, breadth first, so that the shortest name wins.
"""

import types
from collections import deque

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_MAX_VISITS = 300_000
_MAX_PATH = 1_000
_HAS_NOTHING_BELOW = (str, bytes, int, float, complex, bool, type(None), types.ModuleType, range)


def names_of(objects: "Any", process_obj: "Any", modules: "Any") -> "list[str | None]":
    """For each object a phrase such as "global variable 'gen' of __main__"; None if not found."""
    wanted = {id(each) for each in objects}
    names = {}
    seen = set()
    queue = deque(_roots(process_obj, modules))
    visits = 0
    while queue and wanted and visits < _MAX_VISITS:
        visits += 1
        value, root, path = queue.popleft()
        if id(value) in wanted:
            wanted.discard(id(value))
            names[id(value)] = _phrase(root, path)
        if id(value) in seen or len(path) > _MAX_PATH or issubclass(type(value), _HAS_NOTHING_BELOW):
            continue
        seen.add(id(value))
        for step, below in _below(value):
            queue.append((below, root, path + step))
    return [names.get(id(each)) for each in objects]


def _phrase(root, path):
    return f"{root}, at {path.removeprefix('.')}," if path else root


def _roots(process_obj, modules):
    for own in modules:
        for name, value in dict(vars(own.module)).items():
            yield value, f"global variable {name!r} of {own.module.__name__}", ""
    if isinstance(getattr(process_obj, "__dict__", None), dict):
        yield from _process_roots(vars(process_obj))


def _process_roots(attributes):
    target = attributes.get("_target")
    of_target = f"of target {getattr(target, '__name__', None) or type(target).__name__!r}"
    for name, value in list(attributes.items()):
        if name == "_args" and isinstance(value, tuple):
            for number, argument in enumerate(value, 1):
                yield argument, f"argument {number} {of_target}", ""
        elif name == "_kwargs" and isinstance(value, dict):
            for keyword, argument in value.items():
                yield argument, f"argument {keyword!r} {of_target}", ""
        elif name == "_target":
            yield value, "the target of the process", ""
        else:
            yield value, f"attribute {name!r} of the process object", ""


def _below(value):
    """Pairs of (step of a path, value) for what a value refers to."""
    try:
        return list(_items(value)) + list(_attributes(value))
    except Exception:
        return ()  # a container of the program that cannot be iterated: there is no name for its contents


def _items(value):
    # By type(), not isinstance(), which asks the value for its class; a dead weak proxy would raise.
    kind = type(value)
    if issubclass(kind, dict):
        for key, item in value.items():
            yield f"[{_short(key)}]", item
            yield f" key {_short(key)}", key
    elif issubclass(kind, (list, tuple, deque)):
        for index, item in enumerate(value):
            yield f"[{index}]", item
    elif issubclass(kind, (set, frozenset)):
        for item in value:
            yield f" element {_short(item)}", item


def _short(value):
    return repr(value) if type(value) in (str, int, float, bool) else f"<{type(value).__name__}>"


def _attributes(value):
    kind = type(value)
    if kind is types.FunctionType:
        return _of_function(value)
    if issubclass(kind, type):
        return _of_class(value)
    if kind is types.MethodType:
        return [(".__self__", value.__self__), (".__func__", value.__func__)]
    return _of_instance(value)


def _of_function(function):
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or ()):
        try:
            yield f"closure variable {name!r} of {function.__qualname__}", cell.cell_contents
        except ValueError:
            pass  # an empty cell
    yield f".{function.__name__}.__defaults__", function.__defaults__
    yield f".{function.__name__}.__kwdefaults__", function.__kwdefaults__
    for name, value in vars(function).items():
        yield f".{name}", value


def _of_class(cls):
    if cls.__flags__ & 1 << 9:
        for name, value in vars(cls).items():
            yield f".{name}", value


def _of_instance(value):
    state = object.__getstate__(value)
    states = state if isinstance(state, tuple) else (state,)
    for each in states:
        if isinstance(each, dict):
            for name, attribute in each.items():
                yield f".{name}", attribute
    for name in ("func", "args", "keywords", "fget", "fset", "__func__", "__wrapped__"):
        if hasattr(type(value), name):
            yield f".{name}", getattr(value, name)
