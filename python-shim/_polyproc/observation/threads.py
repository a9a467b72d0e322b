"""What is known of this process and its threads."""

import os
import sys

from _polyproc.observation.calls import Call
from _polyproc.observation.roles import ROLES
from _polyproc.observation.waits import RULES, Wait, look_at_java, queue_length, semaphore_facts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

_MAX_TEXT = 120
_MAX_VARIABLES = 40


def describe(threads: "Iterable[Any]", with_locals: bool, with_queues: bool) -> "dict[str, Any]":
    """What is known of this process and its threads.

    threads: for each its identifier, its calls, the innermost first, and the innermost methods of its Java stack;
    with_locals: whether the values of the program's variables are wanted, as strings; with_queues: whether the
    lengths of queues are.
    """
    pools = []
    described = {}
    stacks = []
    for ident, calls, java in threads:
        calls = [Call(parts) for parts in calls]
        stacks.append(calls)
        described[str(int(ident))] = _describe_thread(int(ident), calls, [str(method) for method in java], pools, with_locals)
    return {
        "process": _describe_process(),
        "threads": described,
        "pools": pools,
        "queues": _queues(stacks) if with_queues else [],
    }


def _queues(stacks):
    """The queues of this process that are the program's own.

    The standard library lists all, to reset them in forked children.
    """
    util, queues = sys.modules.get("multiprocessing.util"), sys.modules.get("multiprocessing.queues")
    if util is None or queues is None:
        return []
    found = []
    for queue in list(util._afterfork_registry.values()):
        # The agents of a cluster know how long its queues are; to ask them takes time.
        is_known = isinstance(queue, queues.Queue) and hasattr(queue, "_sem")
        if is_known and not type(queue).__module__.startswith("concurrent."):
            facts = {"id": semaphore_facts(queue._sem._semlock)["id"], "length": queue_length(queue)}
            if queue._maxsize < sys.modules["multiprocessing.synchronize"].SEM_VALUE_MAX:
                facts["capacity"] = int(queue._maxsize)
            name = _name_in_stacks(queue, stacks)
            if name:
                facts["name"] = name
            found.append(facts)
    return found


def _name_in_stacks(obj, stacks):
    """What the program calls an object: in one of its functions, or in its main module."""
    for calls in stacks:
        for call in calls:
            if not call.is_library():
                name = _name_of([obj], call)
                if name:
                    return name
    main = sys.modules.get("__main__")
    return next((name for name, value in list(vars(main).items()) if value is obj), None) if main else None


def _describe_process():
    facts = {"parent": int(os.getppid())}
    process = sys.modules.get("multiprocessing.process")
    if process is not None:
        current = process.current_process()
        facts["name"] = str(current.name)
        facts["daemon"] = bool(current.daemon)
    wire = sys.modules.get("_polyproc.cluster.wire")
    if wire is not None and (wire.member.folder or wire.member.home):
        facts["cluster"] = {"folder": wire.member.folder, "home": wire.member.home}
    return facts


def _describe_thread(ident, calls, java, pools, with_locals):
    count = _shown(calls)
    facts = {"shown": count}
    if not all(call.has_source for call in calls[:count]):
        facts["files"] = [call.file for call in calls[:count]]
    user = next((i for i, call in enumerate(calls[:count]) if not call.is_library()), count)
    facts["user"] = user if user < count else None
    threading = sys.modules.get("threading")
    thread = None if threading is None else threading._active.get(ident)
    if thread is not None:
        facts["name"] = str(thread.name)
        facts["daemon"] = bool(thread.daemon)
    wait = Wait()
    for call in calls[:user]:
        rule = RULES.get(call.key)
        if rule is not None:
            rule(wait, call)
    for call in (*calls[user:count], *calls[:user]):
        role = ROLES.get(call.key)
        if role is not None:
            role(facts, call, pools)
    if not wait.facts:
        look_at_java(wait, java)
    if wait.facts:
        if user < count:
            name = _name_of(wait.objects, calls[user])
            if name:
                wait.facts["name"] = name
        facts["wait"] = wait.facts
    if with_locals:
        facts["locals"] = [_variables(call) if not call.is_library() else None for call in calls[:count]]
    return facts


_OUTERMOST = frozenset(
    (
        ("multiprocessing/process.py", "_bootstrap"),
        ("multiprocessing/process.py", "run"),
        ("threading.py", "_bootstrap"),
        ("threading.py", "_bootstrap_inner"),
        ("threading.py", "run"),
    )
)


def _shown(calls):
    """How many of the calls are the program's and what it has called: the others have started it."""
    count = len(calls)
    for i, call in enumerate(calls):
        if call.key in _OUTERMOST or call.key[0] == "_polyproc/boot/main.py":
            return i
    while count and (calls[count - 1].key[0] or "").startswith("_polyproc/"):
        count -= 1
    return count


def _variables(call):
    found = []
    for name, value in zip(call.names, call.values):
        if value is not None and not name.startswith("."):
            found.append([name, _text(value)])
            if len(found) == _MAX_VARIABLES:
                break
    return found


def _text(value):
    try:
        text = repr(value)
    except Exception as e:
        text = f"<{type(value).__name__} whose repr raises {type(e).__name__}>"
    return text if len(text) <= _MAX_TEXT else text[: _MAX_TEXT - 1] + "…"


def _name_of(objects, call):
    """What the program's function calls one of the objects; None if it has no name for it there."""
    for name, value in zip(call.names, call.values):
        if _is_one(value, objects):
            return name
    holder = call.local("self")
    if holder is not None:
        for name, value in list(getattr(holder, "__dict__", {}).items()):
            if _is_one(value, objects):
                return f"self.{name}"
    for name, value in list(call.globals.items()):
        if _is_one(value, objects):
            return str(name)
    return None


def _is_one(value, objects):
    return value is not None and any(value is obj or getattr(value, "_semlock", None) is obj for obj in objects)
