"""Captures what the plain way could not: structures too deep for recursion, or changing meanwhile."""

import pickle

from _polyproc.snapshot.placeholder import Unavailable, describe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_ATTEMPTS = 3


def capture_with_care(
    process_obj: "Any", pickler_class: type, modules: "Any", write: "Callable", error: BaseException
) -> bytes:
    """As `program.capture`; `write` is its writing function, `error` why it failed.

    It is tried again, for another thread may have changed a container while it was read; without
    descending into instances, which serves for long linked lists; and if even that fails, without the
    variables at fault.
    """
    flat = isinstance(error, RecursionError)
    for _ in range(_ATTEMPTS):
        try:
            return write(process_obj, pickler_class, modules, flat)
        except Exception as e:
            too_deep = isinstance(e, RecursionError)
            if flat and too_deep:
                break
            flat = too_deep
    omitted = _find_faulty(pickler_class, modules, write)
    try:
        return write(process_obj, pickler_class, modules, True, omitted)
    except Exception as e:
        raise pickle.PicklingError(
            f"the process object, its target or an argument cannot be carried into the child process: {describe(e)}"
        ) from e


def _find_faulty(pickler_class, modules, write):
    """Placeholders for the variables that alone make the writing fail: {(module key, name): it}.

    Halves are halved as long as they fail: of thousands of variables, each of which would have to be
    tried alone, few are at fault.
    """
    names = [(own, name) for own in modules for name in dict(vars(own.module))]
    found = {}
    parts = [names] if names else []
    while parts:
        part = parts.pop()
        there = {(own.key, name) for own, name in part}
        absent = {(own.key, name): None for own, name in names if (own.key, name) not in there}
        try:
            write(None, pickler_class, modules, True, absent)
        except Exception as e:
            if len(part) > 1:
                half = len(part) // 2
                parts += part[:half], part[half:]
            else:
                own, name = part[0]
                found[own.key, name] = Unavailable(describe(e), f"global variable {name!r} of {own.module.__name__}")
    return found
