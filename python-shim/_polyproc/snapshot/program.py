"""The `fork` snapshot: what a forked child would have of its parent, carried by value.

It serves where a fork of the JVM does not: in a context of a Java program, on systems other than Linux on
x86-64, and for processes on other nodes of a cluster. The parent pickles its `__main__`, its own modules,
some state of the interpreter and the process object, and the child - a fresh interpreter - rebuilds them.
Nothing that the parent has executed runs again. All goes through one pickler with one memo: an object that
is a global here and an argument there is one object in the child, too.

The stream is three pickles of one pickler, joined to one (each but the last ends in POP, not STOP):

    1. early state, such as sys.path, and the empty namespaces of the by-value modules
    2. the modules' contents - imported modules, functions and classes first, so that objects which are
       rebuilt by the program's own code find what that code needs - and the remaining state
    3. the process object, and the names of the placeholders

What a real fork would have and this has not: changes made to modules that travel by name (but for
functions and classes put into them), and addresses: tables with `id(x)` as keys no longer fit.
"""

import copyreg
import io
import pickle
import types

from _polyproc.snapshot import instances as snapshot_instances
from _polyproc.snapshot import modules as snapshot_modules
from _polyproc.snapshot import state as snapshot_state
from _polyproc.snapshot.code import forget_code
from _polyproc.snapshot.pickler import PROTOCOL, Call, SnapshotPickler
from _polyproc.snapshot.placeholder import Unavailable, UnavailableError, describe, set_subject, subject, unnamed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["capture", "restore", "Unavailable", "UnavailableError"]

_POP = b"0"
_FIRST_TYPES = frozenset(
    (types.ModuleType, types.FunctionType, types.BuiltinFunctionType, type(None), bool, int, float, str, bytes)
)
_SKIPPED = "__builtins__"


def capture(process_obj: "Any", pickler_class: type) -> bytes:
    """Returns the snapshot for the process to be started, as bytes.

    pickler_class: `multiprocessing.reduction.ForkingPickler`, whose registered reducers are used.
    """
    modules = snapshot_modules.by_value()
    try:
        return _write(process_obj, pickler_class, modules)
    except Exception as e:  # too deep, or changed by another thread while it was read
        from _polyproc.snapshot.rescue import capture_with_care

        return capture_with_care(process_obj, pickler_class, modules, _write, e)


def restore(data: bytes) -> "Any":
    """Rebuilds `__main__` and the other modules; returns the process object."""
    try:
        process_obj, names = _load(data)
        for placeholder, name in names:
            set_subject(placeholder, name)
        if unnamed:
            _name_the_rest(process_obj)
    finally:
        unnamed.clear()
        forget_code()
        snapshot_modules.forget_own_modules()
    return process_obj


def _name_the_rest(process_obj):
    """Names the placeholders of what could not be rebuilt here."""
    rest = [placeholder for placeholder in unnamed if not subject(placeholder)]
    if rest:
        from _polyproc.snapshot.paths import names_of

        modules = [snapshot_modules.OwnModule(module, key, []) for key, module in snapshot_modules.own_modules()]
        for placeholder, name in zip(rest, names_of(rest, process_obj, modules)):
            if name:
                set_subject(placeholder, name)


def _load(data):
    try:
        return pickle.loads(data)
    except Exception as e:
        snapshot_modules.forget_own_modules()
        from _polyproc.snapshot.repair import restore_with_care

        try:
            return restore_with_care(data)
        except Exception:
            raise pickle.UnpicklingError(f"what the parent process had cannot be rebuilt in the child: {describe(e)}") from e


def _write(process_obj, pickler_class, modules, flat=False, omitted=types.MappingProxyType({})):
    """Writes the stream.

    flat: see `SnapshotPickler.prepare`; omitted: {(key of a module, variable): placeholder}.
    """
    stream = io.BytesIO()
    pickler = _new_pickler(pickler_class, stream, modules, flat)
    _write_namespaces(pickler, modules)
    _end_part(stream)
    _write_part(pickler, stream, _contents(pickler, modules, omitted))
    _end_part(stream)
    if flat:
        _write_part(pickler, stream, process_obj)
        _end_part(stream)
    pickler.dump((process_obj, _Names(pickler, process_obj, modules)))
    return stream.getvalue()


def _write_part(pickler, stream, obj):
    pickler.dump(obj)
    while pickler.deferred:
        deferred, pickler.deferred = pickler.deferred, []
        _end_part(stream)
        pickler.dump(Call(snapshot_instances.set_states, deferred))


def _end_part(stream):
    """Makes the next pickle a continuation of this one, whose value is dropped."""
    stream.seek(-1, io.SEEK_END)
    stream.write(_POP)


# Part 1: namespaces.


def _write_namespaces(pickler, modules):
    """Writes the namespaces and makes the pickler take them for the parent's.

    A namespace is a dict, which a pickler copies without asking. But it writes a mere reference for an
    object in its memo; so there the parent's namespaces take the place of what made the child's.
    """
    early = Call(snapshot_state.restore_early, snapshot_state.capture(snapshot_state.EARLY))
    stand_ins = [Call(snapshot_modules.make_namespace, own.key, own.module.__name__, own.names) for own in modules]
    pickler.dump((early, stand_ins))
    namespaces = {id(stand_in): vars(own.module) for stand_in, own in zip(stand_ins, modules)}
    pickler.memo = {key: (index, namespaces.get(id(value), value)) for key, (index, value) in pickler.memo.copy().items()}


# Part 2: contents.


def _contents(pickler, modules, omitted):
    first, last = [], []
    for own in modules:
        namespace = vars(own.module)
        early, late = _split(own.key, namespace, omitted)
        first.append(Call(snapshot_modules.fill, namespace, early))
        last.append(Call(snapshot_modules.fill, namespace, late))
    first += _states(snapshot_state.FIRST, snapshot_state.restore_first, pickler)
    last += _states(snapshot_state.LAST, snapshot_state.restore_last, pickler)
    unusual = snapshot_modules.unusual(modules)
    if unusual is not None:
        last.append(Call(snapshot_modules.place_unusual, *unusual))
    return first, last


def _states(stage, restore, pickler):
    states = snapshot_state.capture(stage, pickler)
    return [Call(restore, states)] if states else []


def _split(key, namespace, omitted):
    """The variables in two dicts: what code refers to, and the rest."""
    early, late = {}, {}
    # A copy, here and wherever a module is walked: GraalPy counts a namespace anew at every step.
    for name, value in dict(namespace).items():
        if name == _SKIPPED:
            continue
        value = omitted.get((key, name), value)
        first = type(value) in _FIRST_TYPES or issubclass(type(value), type)
        (early if first else late)[name] = value
    return early, late


# Part 3: names of placeholders.


class _Names:
    """The names of all placeholders; known only when everything else has been written."""

    def __init__(self, pickler, process_obj, modules):
        self.pickler = pickler
        self.process_obj = process_obj
        self.modules = modules

    def __reduce__(self):
        failures = self.pickler.failures
        if not failures:
            return tuple, ()
        from _polyproc.snapshot.paths import names_of

        names = names_of(failures, self.process_obj, self.modules)
        return tuple, ([(failure, name) for failure, name in zip(failures, names) if name],)


_pickler_classes = {}


def _new_pickler(pickler_class, stream, modules, flat):
    cls = _pickler_classes.get(pickler_class)
    if cls is None:
        cls = _pickler_classes[pickler_class] = type("SnapshotPickler", (SnapshotPickler, pickler_class), {})
    pickler = cls(stream, PROTOCOL)
    registered = dict(copyreg.dispatch_table)
    registered.update(getattr(pickler_class, "_extra_reducers", {}))
    pickler.prepare(modules, registered, flat)
    return pickler
