"""State of the interpreter that a forked child has from its parent: a list of carriers.

A carrier is a function that captures, in the parent, and one that restores in the child what the first
returned; None means that there is nothing to carry. A carrier looks at a module only if the program has
it loaded. EARLY ones hold plain values and come first of all; the FIRST come before the program's
variables, the LAST after them.

Not carried: working directory, umask and environment, which go with every start method; atexit functions,
which a multiprocessing child of CPython drops; the state of `random`, which reseeds itself after a fork.
"""

import _signal
import sys
from abc import get_cache_token

from _polyproc.process.descriptors import Handle
from _polyproc.snapshot import baseline

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

EARLY, FIRST, LAST = [], [], []
_FILTERS = (
    ("default", None, DeprecationWarning, "__main__", 0),
    ("ignore", None, DeprecationWarning, None, 0),
    ("ignore", None, PendingDeprecationWarning, None, 0),
    ("ignore", None, ImportWarning, None, 0),
    ("ignore", None, ResourceWarning, None, 0),
)


def capture(stage: "Any", snapshot: "Any" = None) -> dict:
    """The state that the carriers of a stage find, as {index of the carrier: state}."""
    found = {}
    for index, (capture_one, _) in enumerate(stage):
        state = capture_one(snapshot)
        if state is not None:
            found[index] = state
    return found


def restore_early(states: dict) -> None:
    _restore(EARLY, states)


def restore_first(states: dict) -> None:
    _restore(FIRST, states)


def restore_last(states: dict) -> None:
    _restore(LAST, states)


def _restore(stage, states):
    for index, state in states.items():
        stage[index][1](state)


def _carrier(stage, restore):
    def register(capture_one):
        stage.append((capture_one, restore))
        return capture_one

    return register


def _loaded(name):
    return sys.modules.get(name)


# sys


def _set_path(state):
    sys.path[:], sys.argv[:], limit = state
    sys.setrecursionlimit(limit)


@_carrier(EARLY, _set_path)
def _path(snapshot):
    return list(sys.path), list(sys.argv), sys.getrecursionlimit()


def _insert_finders(finders):
    for index, finder in finders:
        sys.meta_path.insert(index, finder)


@_carrier(FIRST, _insert_finders)
def _finders(snapshot):
    """The program's own import hooks."""
    return [(index, finder) for index, finder in enumerate(sys.meta_path) if snapshot.is_users(finder)] or None


def _set_sys(state):
    for name, value in state.items():
        setattr(sys, name, value)


@_carrier(LAST, _set_sys)
def _sys_attributes(snapshot):
    """What the program has added or replaced: hooks, streams, attributes of its own."""
    return {
        name: value
        for name, value in dict(vars(sys)).items()
        if baseline.sys_attributes.get(name, _ABSENT) is not value and name not in _SYS_NOT_CARRIED
    } or None


_ABSENT = object()
# Those with a carrier of their own, and what belongs to a process: its standard input, its last error.
_SYS_NOT_CARRIED = frozenset(
    (
        "argv",
        "exc_info",
        "last_exc",
        "last_traceback",
        "last_type",
        "last_value",
        "meta_path",
        "modules",
        "path",
        "path_hooks",
        "path_importer_cache",
        "stdin",
        "warnoptions",
        "__stdin__",
        "__stdout__",
        "__stderr__",
    )
)


def _set_thread_hook(hook):
    import threading

    threading.excepthook = hook


@_carrier(LAST, _set_thread_hook)
def _thread_hook(snapshot):
    threading = _loaded("threading")
    if threading is None or threading.excepthook is threading.__excepthook__:
        return None
    return threading.excepthook


def _add_builtins(added):
    vars(sys.modules["builtins"]).update(added)


@_carrier(LAST, _add_builtins)
def _builtins(snapshot):
    """What the program has put into `builtins`, as gettext does with `_`."""
    namespace = vars(sys.modules["builtins"])
    if len(namespace) == len(baseline.builtin_names):
        return None
    return {name: namespace[name] for name in list(namespace) if name not in baseline.builtin_names and name != "_"} or None


def _set_collector(state):
    import gc

    thresholds, enabled = state
    gc.set_threshold(*thresholds)
    if not enabled:
        gc.disable()


@_carrier(EARLY, _set_collector)
def _collector(snapshot):
    gc = _loaded("gc")
    if gc is None or (gc.get_threshold() == _THRESHOLDS and gc.isenabled()):
        return None
    return gc.get_threshold(), gc.isenabled()


_THRESHOLDS = (700, 10, 10)


def _set_tracker(state):
    from multiprocessing import resource_tracker

    fd, pid = state
    resource_tracker.adopt(fd.detach(), pid)


@_carrier(EARLY, _set_tracker)
def _tracker(snapshot):
    """The process that removes shared memory, whose pipe the child inherits."""
    module = _loaded("multiprocessing.resource_tracker")
    if module is None or module._resource_tracker._fd is None:
        return None
    return Handle(module._resource_tracker._fd), module._resource_tracker._pid


# Warnings, logging


def _set_warnings(state):
    import warnings

    warnings.filters[:], options, show = state
    warnings._filters_mutated()
    sys.warnoptions[:] = options
    if show is not None:
        warnings.showwarning = show


@_carrier(LAST, _set_warnings)
def _warnings(snapshot):
    warnings = _loaded("warnings")
    if warnings is None:
        return None
    show = warnings.showwarning
    if show is getattr(warnings, "_showwarning_orig", show):
        show = None
    if tuple(warnings.filters) == _FILTERS and show is None:
        return None
    return list(warnings.filters), list(sys.warnoptions), show


def _set_logging_classes(state):
    import logging

    logging._loggerClass, logging._logRecordFactory = state


@_carrier(FIRST, _set_logging_classes)
def _logging_classes(snapshot):
    logging = _loaded("logging")
    if logging is None or (logging._loggerClass is logging.Logger and logging._logRecordFactory is logging.LogRecord):
        return None
    return logging._loggerClass, logging._logRecordFactory


def _set_logging(state):
    import logging

    loggers, logging.root.manager.disable, levels = state
    for level, name in levels.items():
        logging.addLevelName(level, name)
    for name, attributes in loggers.items():
        logger = logging.getLogger(name) if name else logging.root
        vars(logger).update(attributes)
    logging.root.manager._clear_cache()


@_carrier(LAST, _set_logging)
def _logging(snapshot):
    logging = _loaded("logging")
    if logging is None:
        return None
    loggers = {"": logging.root}
    loggers.update(logging.root.manager.loggerDict)
    found = {
        name: _logger_state(logger)
        for name, logger in loggers.items()
        if isinstance(logger, logging.Logger) and _is_configured(logger, logging)
    }
    levels = {level: name for level, name in logging._levelToName.items() if name not in _LEVEL_NAMES}
    disable = logging.root.manager.disable
    return (found, disable, levels) if found or disable or levels else None


_LEVEL_NAMES = frozenset(("CRITICAL", "ERROR", "WARNING", "INFO", "DEBUG", "NOTSET"))


def _logger_state(logger):
    return {name: getattr(logger, name) for name in ("level", "handlers", "propagate", "disabled", "filters")}


def _is_configured(logger, logging):
    default_level = logging.WARNING if logger is logging.root else logging.NOTSET
    return bool(logger.level != default_level or logger.handlers or logger.filters or not logger.propagate or logger.disabled)


# Signals


def _set_signals(handlers):
    import signal

    for number, handler in handlers.items():
        try:
            signal.signal(number, handler)
        except (OSError, ValueError):
            pass  # the JVM keeps some signals for itself


_INITIAL_HANDLERS = {
    _signal.SIGINT: _signal.default_int_handler,
    _signal.SIGPIPE: _signal.SIG_IGN,
    _signal.SIGXFSZ: _signal.SIG_IGN,
}
_VALID_SIGNALS = tuple(number for number in map(int, _signal.valid_signals()) if number < 32)
"""Without the real-time ones, of which GraalPy knows no handlers."""


@_carrier(LAST, _set_signals)
def _signals(snapshot):
    """Handlers that the program has set, ignoring and default included."""
    found = {}
    for number in _VALID_SIGNALS:
        handler = _signal.getsignal(number)
        if handler is not None and handler != _INITIAL_HANDLERS.get(number, _signal.SIG_DFL):
            found[number] = handler
    return found or None


# decimal, locale, socket


def _set_decimal(context):
    import decimal

    decimal.setcontext(context)


@_carrier(LAST, _set_decimal)
def _decimal(snapshot):
    decimal = _loaded("decimal")
    if decimal is None:
        return None
    context = decimal.getcontext()
    return context if repr(context) != repr(decimal.DefaultContext) else None


def _set_locale(settings):
    import _locale

    for category, setting in settings.items():
        try:
            _locale.setlocale(category, setting)
        except ValueError:
            pass  # it was valid in the parent; without it, the child is in its default locale


@_carrier(LAST, _set_locale)
def _locale(snapshot):
    settings = baseline.locale_settings() if _loaded("locale") else baseline.locale
    return settings if settings != baseline.locale else None


def _set_socket_timeout(seconds):
    import socket

    socket.setdefaulttimeout(seconds)


@_carrier(LAST, _set_socket_timeout)
def _socket_timeout(snapshot):
    socket = _loaded("socket")
    return None if socket is None else socket.getdefaulttimeout()


# What the program has registered with the library


def _register_reducers(state):
    import copyreg

    general, forking = state
    copyreg.dispatch_table.update(general)
    if forking:
        from multiprocessing.reduction import ForkingPickler

        ForkingPickler._extra_reducers.update(forking)


@_carrier(LAST, _register_reducers)
def _reducers(snapshot):
    """Reduce functions of the program, in copyreg's table and the ForkingPickler's."""
    import copyreg

    general = {kind: reduce for kind, reduce in copyreg.dispatch_table.items() if snapshot.is_users(reduce)}
    reduction = _loaded("multiprocessing.reduction")
    table = {} if reduction is None else reduction.ForkingPickler._extra_reducers
    forking = {kind: reduce for kind, reduce in table.items() if snapshot.is_users(reduce)}
    return (general, forking) if general or forking else None


def _register_subclasses(pairs):
    for abstract, subclass in pairs:
        abstract.register(subclass)


_virtual = (None, [])
"""The pairs found last, and how often classes had been registered until then."""


@_carrier(LAST, _register_subclasses)
def _virtual_subclasses(snapshot):
    """The program's classes registered with abstract classes of the library."""
    global _virtual
    token = get_cache_token()
    if token != _virtual[0]:
        _virtual = token, _find_virtual_subclasses(snapshot)
    return _virtual[1] or None


def _find_virtual_subclasses(snapshot):
    from _polyproc.snapshot.classes import registered

    found = []
    for name in ("collections.abc", "numbers"):
        module = _loaded(name)
        for abstract_name in getattr(module, "__all__", ()):
            abstract = getattr(module, abstract_name)
            found += [(abstract, subclass) for subclass in registered(abstract) or () if snapshot.is_users(subclass)]
    return found


def _patch(modules):
    for module, patches, plain in modules:
        namespace = vars(module)
        namespace.update(patches)
        if not plain.items() <= namespace.items():
            # Equal values stay, with their identity.
            namespace.update(
                {name: value for name, value in plain.items() if name not in namespace or namespace[name] != value}
            )


@_carrier(LAST, _patch)
def _patches(snapshot):
    """What the program may have put into modules of the library: [(module, patches, plain values)].

    Patches are functions, classes and objects of the program. A number or text may be the program's,
    too, or the module's own; the child, which has the module as it was, keeps those that differ.
    """
    found = [(module, *_scan(snapshot, module)) for module in snapshot.imported_modules()]
    return [each for each in found if each[1] or each[2]] or None


_PLAIN_TYPES = frozenset((type(None), bool, int, float, str, bytes))
_FUNCTION = type(_patch)
_scanned = {}
"""{name of a module: (its namespace as it was scanned last, what was found)}."""


def _scan(snapshot, module):
    namespace = vars(module)
    known = _scanned.get(module.__name__)
    if known is None or not _is_same(known[0], namespace):
        copy = dict(namespace)
        known = _scanned[module.__name__] = copy, _sort_out(snapshot, copy)
    return known[1]


def _is_same(one, other):
    try:
        return one == other
    except Exception:  # from a value's own `__eq__`: then it is another value
        return False


def _sort_out(snapshot, namespace):
    patches, plain = {}, {}
    named = {id(_FUNCTION): True}
    for name, value in namespace.items():
        kind = type(value)
        if kind in _PLAIN_TYPES:
            # Private ones are the module's; those of ctypes are addresses, which look like an int.
            if not name.startswith("_"):
                plain[name] = value
            continue
        is_named = named.get(id(kind))
        if is_named is None:
            is_named = named[id(kind)] = issubclass(kind, type)
        if (value if is_named else kind).__module__ in snapshot.own_names:
            patches[name] = value
    return patches, plain


def _add_source_lines(entries):
    import linecache

    linecache.cache.update(entries)


@_carrier(LAST, _add_source_lines)
def _source_lines(snapshot):
    """Source text without a file, as that of `-c`: tracebacks in the child shall show it."""
    linecache = _loaded("linecache")
    if linecache is None:
        return None
    return {name: entry for name, entry in list(linecache.cache.items()) if len(entry) == 4 and entry[1] is None} or None
