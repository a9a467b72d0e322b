"""`_lsprof`, on which `cProfile` stands: it counts calls and their time. GraalPy 25.0.3 takes samples of it in Java.

A short program has none, and what it has is no count of calls.
"""
# Needed while: from _lsprof import Profiler; own = Profiler(); own.enable(); len(""); own.disable(); not own.getstats()

import collections
import sys
import time
import types

import _polyproc

profiler_entry = collections.namedtuple(
    "profiler_entry", "code callcount reccallcount totaltime inlinetime calls", module="_lsprof"
)
profiler_subentry = collections.namedtuple(
    "profiler_subentry", "code callcount reccallcount totaltime inlinetime", module="_lsprof"
)


def install(module):
    """Puts a profiler in Python into the place of GraalPy's."""
    module.Profiler = Profiler
    module.profiler_entry = profiler_entry
    module.profiler_subentry = profiler_subentry


class _Entry:
    """The figures of a function, or of one that another calls."""

    __slots__ = ("code", "calls", "recursive", "total", "inline", "depth", "callees")

    def __init__(self, code):
        # GraalPy has equal ones for a function, which are not the same; `cProfile` tells them by their id.
        self.code = code
        self.calls = self.recursive = self.depth = 0
        self.total = self.inline = 0
        self.callees = {}

    def add(self, elapsed, inline):
        self.inline += inline
        self.calls += 1
        if self.depth:
            self.recursive += 1
        else:
            self.total += elapsed


class Profiler:
    """Builds a profiler object using the specified timer function."""

    def __init__(self, timer=None, timeunit=0.0, subcalls=True, builtins=True):
        self._timer = timer or time.perf_counter_ns
        self._unit = (timeunit or 1.0) if timer else 1e-9
        self._subcalls = subcalls
        self._builtins = builtins
        self.clear()

    def clear(self):
        """Clear all profiling information collected so far."""
        self._entries = {}
        self._stack = []

    def enable(self, subcalls=True, builtins=True):
        """Start collecting profiling information."""
        if sys.getprofile() is not None:
            raise ValueError("Another profiling tool is already active")
        self._subcalls = subcalls
        self._builtins = builtins
        sys.setprofile(self._observe)

    def disable(self):
        """Stop collecting profiling information."""
        sys.setprofile(None)
        while self._stack:
            self._leave(self._timer())

    def _observe(self, frame, event, arg):
        now = self._timer()
        if event == "call":
            if not frame.f_code.co_filename.startswith(_polyproc.folder):
                self._enter(frame.f_code, now)
        elif event == "return":
            if self._stack and self._stack[-1][0] == frame.f_code:
                self._leave(now)
        elif event == "c_call":
            if self._builtins and not _is_of_profiler(arg):
                self._enter(_name(arg), now)
        elif self._builtins and self._stack and self._stack[-1][0] == _name(arg):
            self._leave(now)

    def _enter(self, code, now):
        entry = self._entries.get(code)
        if entry is None:
            entry = self._entries[code] = _Entry(code)
        callee = None
        if self._subcalls and self._stack:
            callees = self._stack[-1][1].callees
            callee = callees.get(entry)
            if callee is None:
                callee = callees[entry] = _Entry(entry.code)
            callee.depth += 1
        entry.depth += 1
        self._stack.append([code, entry, callee, now, 0])

    def _leave(self, now):
        code, entry, callee, begin, in_callees = self._stack.pop()
        elapsed = now - begin
        for each in (entry, callee):
            if each is not None:
                each.depth -= 1
                each.add(elapsed, elapsed - in_callees)
        if self._stack:
            self._stack[-1][4] += elapsed

    def getstats(self):
        """Returns a list of `profiler_entry`, one for each function that was called."""

        def figures(entry):
            return entry.calls, entry.recursive, entry.total * self._unit, entry.inline * self._unit

        return [
            profiler_entry(
                code,
                *figures(entry),
                [profiler_subentry(callee.code, *figures(callee)) for callee in entry.callees.values()] or None,
            )
            for code, entry in self._entries.items()
            if entry.calls
        ]


Profiler.__module__ = "_lsprof"


def _is_of_profiler(function):
    return isinstance(getattr(function, "__self__", None), Profiler)


def _name(function):
    own = getattr(function, "__self__", None)
    if own is None or isinstance(own, types.ModuleType):
        module = getattr(function, "__module__", None)
        name = getattr(function, "__name__", "?")
        return f"<built-in method {module}.{name}>" if module else f"<built-in method {name}>"
    return f"<method '{function.__name__}' of '{type(own).__name__}' objects>"
