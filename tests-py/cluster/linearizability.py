"""Checks histories of locks and queues: whether there is an order of all operations that explains their answers.

An operation takes effect once, at some moment between its call and its return. The search is that of Wing and Gong, with
Lowe's memory of what was tried: it takes the operations that may come next one by one, lets a model say whether the
answer fits, and goes back when none does. An operation that never returned (its process was killed) may have taken
effect at any moment after its call, or never.
"""

import collections
import dataclasses
import math


@dataclasses.dataclass(frozen=True)
class Operation:
    """What a process did.

    call, end: seconds by one clock; an `end` of infinity means that it never returned.
    answer: None if it never returned.
    """

    process: str
    what: str
    argument: object
    answer: object
    call: float
    end: float

    @property
    def is_pending(self):
        return math.isinf(self.end)


class Mutex:
    """A lock that its holder releases, and that passes on when its holder dies; its state is the holder.

    acquire → True, or False after a time-out; release → True; die, which every killed process does once.
    """

    first = None

    @staticmethod
    def step(holder, operation):
        """The states in which it may be after an operation; none if the answer does not fit."""
        process, answer = operation.process, operation.answer
        if operation.what == "acquire":
            if holder is None:
                return [] if answer is False else [process]
            return [holder] if answer is False else []
        if operation.what == "release":
            return [None] if holder == process else []
        if operation.what == "die":
            return [None if holder == process else holder]
        raise ValueError(f"a lock can't {operation.what}")


class Fifo:
    """A queue; its state is its items, the first to be taken first. A size of 0 means no limit.

    put → True, or False when it is full; get → the item, or None when it is empty; die changes nothing.
    """

    first = ()

    def __init__(self, size=0):
        self._size = size

    def step(self, items, operation):
        """The states in which it may be after an operation; none if the answer does not fit."""
        answer = operation.answer
        is_full = self._size and len(items) >= self._size
        if operation.what == "put":
            if is_full:
                return [items] if answer is False else []
            return [] if answer is False else [(*items, operation.argument)]
        if operation.what == "get":
            if operation.is_pending:
                return [items[1:]] if items else []
            if not items:
                return [items] if answer is None else []
            return [items[1:]] if answer == items[0] else []
        if operation.what == "die":
            return [items]
        raise ValueError(f"a queue can't {operation.what}")


class _Entry:
    """A call or a return in the list of events that are not yet explained."""

    __slots__ = ("operation", "number", "match", "before", "after")

    def __init__(self, operation, number, match):
        self.operation = operation
        self.number = number
        self.match = match  # the return of a call; None for a return
        self.before = self.after = None


def _events(operations):
    """A linked list of calls and returns by time, a call before a return of the same moment; its first entry is none."""
    moments = []
    for number, operation in enumerate(operations):
        end = _Entry(operation, number, None)
        moments.append((operation.call, 0, number, _Entry(operation, number, end)))
        moments.append((operation.end, 1, number, end))
    moments.sort(key=lambda moment: moment[:3])
    head = last = _Entry(None, -1, None)
    for *_, entry in moments:
        last.after, entry.before = entry, last
        last = entry
    return head


def _lift(entry):
    for one in (entry, entry.match):
        one.before.after = one.after
        if one.after is not None:
            one.after.before = one.before


def _put_back(entry):
    for one in (entry.match, entry):
        one.before.after = one
        if one.after is not None:
            one.after.before = one


def unexplained(operations, model):
    """Returns None if there is such an order; else the operation at which the longest attempt has failed."""
    head = _events(operations)
    left = sum(not operation.is_pending for operation in operations)
    state, done = model.first, 0
    tried = {(done, state)}
    taken = []
    deepest, culprit = -1, None
    entry = head.after
    while left:
        if entry.match is not None:  # a call: may it come next?
            operation = entry.operation
            now_done = done | 1 << entry.number
            following = next((one for one in model.step(state, operation) if (now_done, one) not in tried), _NONE)
            if following is _NONE:
                entry = entry.after
                continue
            tried.add((now_done, following))
            taken.append((entry, state, done))
            state, done = following, now_done
            left -= not operation.is_pending
            _lift(entry)
            entry = head.after
            continue
        # A return of what could not be explained: something before it must come elsewhere.
        if len(taken) > deepest:
            deepest, culprit = len(taken), entry.operation
        if not taken:
            return culprit
        entry, state, done = taken.pop()
        left += not entry.operation.is_pending
        _put_back(entry)  # and look at it again, as it may have another outcome
    return None


_NONE = object()


def histories(lines):
    """Operations by object, from the lines that processes have recorded.

    lines: of each process, in its order: (process, seconds, object, what, argument, answer); `what` is empty for a
    return, which ends the last call of the process. A process that did not record `end` was killed.
    """
    found = collections.defaultdict(list)
    used = collections.defaultdict(dict)
    calls, ended, last = {}, set(), {}
    for process, seconds, key, what, argument, answer in lines:
        last[process] = seconds
        if what == "end":
            ended.add(process)
        elif what:
            calls[process] = key, what, argument, seconds
            used[process].setdefault(key, seconds)
        else:
            called, did, given, begin = calls.pop(process)
            found[called].append(Operation(process, did, given, answer, begin, seconds))
    for process, (key, what, argument, begin) in calls.items():
        found[key].append(Operation(process, what, argument, None, begin, math.inf))
    for process, seconds in last.items():
        if process not in ended:
            for key in used[process]:
                found[key].append(Operation(process, "die", None, None, seconds, math.inf))
    return dict(found)
