"""Captures what the plain way could not: structures too deep for recursion, or changing meanwhile."""

import pickle

from _polyproc.snapshot_placeholder import Unavailable, describe

_ATTEMPTS = 3


def capture_with_care(process_obj, pickler_class, modules, write, error):
    """As `snapshot.capture`; `write` is its writing function, `error` why it failed.

    It is tried again, for another thread may have changed a container while it was read; without
    descending into instances, which serves for long linked lists; and if even that fails, without the
    variables at fault.
    """
    for _ in range(_ATTEMPTS):
        try:
            return write(process_obj, pickler_class, modules, isinstance(error, RecursionError))
        except Exception as e:
            error = e
    omitted = _find_faulty(pickler_class, modules, write)
    try:
        return write(process_obj, pickler_class, modules, True, omitted)
    except Exception as e:
        raise pickle.PicklingError(
            f"the process object, its target or an argument cannot be carried into the child process: "
            f"{describe(e)}") from e


def _find_faulty(pickler_class, modules, write):
    """Placeholders for the variables that alone make the writing fail: {(module key, name): it}."""
    names = [(own, name) for own in modules for name in list(vars(own.module))]
    absent = {(own.key, name): None for own, name in names}
    found = {}
    for own, name in names:
        others = dict(absent)
        del others[own.key, name]
        try:
            write(None, pickler_class, modules, True, others)
        except Exception as e:
            found[own.key, name] = Unavailable(
                describe(e), f"global variable {name!r} of {own.module.__name__}")
    return found
