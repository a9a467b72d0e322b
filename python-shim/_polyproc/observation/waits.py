"""What a thread waits for, by the functions of the runtime and of the standard library that wait."""

import time

from _polyproc.ipc.semlock import RECURSIVE_MUTEX
from _polyproc.observation.calls import pids_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from _polyproc.observation.calls import Call


class Wait:
    """What is found out on the way from the innermost call outwards: later calls know better what it is for."""

    def __init__(self) -> None:
        self.facts: "dict[str, Any]" = {}
        self.objects: "list[Any]" = []
        self.submitting: "Any" = None

    def note(self, kind: str, *objects: "Any", **facts: "Any") -> None:
        self.facts["kind"] = kind
        for name, value in facts.items():
            if value is not None:
                self.facts[name] = value
        self.objects += [obj for obj in objects if obj is not None]

    def at_most(self, call: "Call") -> None:
        timeout = call.local("timeout")
        if timeout is not None:
            self.facts["timeout"] = float(timeout)

    def since(self, call: "Call") -> None:
        moment = call.local("since")
        if moment is not None:
            self.facts["seconds"] = time.monotonic() - moment


def semaphore_facts(semlock: "Any") -> "dict[str, Any]":
    """What an observer is told of a semaphore."""
    semaphore = semlock._semaphore
    return {
        "id": f"{int(semaphore.arena().identity()) & 0xFFFFFFFF:x}:{int(semaphore.slot())}",
        "value": int(semaphore.value()),
        "max": int(semlock.maxvalue),
        "holder": int(semaphore.holder()),
        "listed": [int(pid) for pid in semaphore.listed()],
    }


def _cluster_semaphore_facts(semlock):
    """The same of one that the cluster's agents have: they know who holds it."""
    return {
        "cluster": str(semlock._key),
        "tracked": bool(semlock._tracked),
        "first": int(semlock._value),
        "max": int(semlock.maxvalue),
    }


def _on_semaphore(wait, call):
    semlock = call.local("self")
    if semlock is None or not hasattr(semlock, "_semaphore"):
        return
    if call.function in ("acquire", "_wait"):
        wait.since(call)
        wait.at_most(call)
    _note_semaphore(wait, semlock, semaphore_facts(semlock))


def _on_cluster_semaphore(wait, call):
    semlock = call.local("self")
    if semlock is not None:
        wait.at_most(call)
        _note_semaphore(wait, semlock, _cluster_semaphore_facts(semlock))


def _note_semaphore(wait, semlock, facts):
    if semlock.maxvalue != 1:
        kind, needs = "semaphore", "program"
    else:
        kind, needs = "recursive lock" if semlock.kind == RECURSIVE_MUTEX else "lock", "holder"
    wait.note(kind, semlock, semaphore=facts, needs=needs)


def _on_lock(wait, call):
    wait.note(wait.facts.get("kind", "lock"), call.local("self"))


def _on_condition(wait, call):
    if "semaphore" in wait.facts:
        wait.note("condition", call.local("self"), needs="program")


def _on_event(wait, call):
    wait.note("event", call.local("self"), needs="program")


def _on_threads_barrier(wait, call):
    barrier = call.local("self")
    facts = {}
    try:
        facts = {"parties": int(barrier.parties), "waiting": int(barrier._count)}
    except Exception:
        pass  # one that is not complete yet
    shared = type(barrier).__module__.startswith("multiprocessing")
    wait.note("barrier", barrier, needs="program" if shared else "threads", **facts)


def queue_length(queue: "Any") -> "int | None":
    """How many items are in a queue; None if it does not say."""
    try:
        return int(queue._maxsize - queue._sem._semlock._get_value())
    except Exception:
        return None


def _on_queue_get(wait, call):
    reader = call.local("reader")
    if reader is not None:
        wait.since(call)
        wait.note("queue get", reader, fd=_fd(reader), needs="writer")
        lock = call.local("lock")
        if lock is not None:
            wait.facts["lock_holder"] = int(lock.holder())


def _on_queue(wait, call):
    queue = call.local("self")
    if queue is None:
        return
    if call.function == "get":
        wait.at_most(call)
        wait.note("queue get", queue, fd=_fd(getattr(queue, "_reader", None)), length=queue_length(queue), needs="writer")
    elif hasattr(queue, "_sem"):
        wait.note(
            "queue put", queue, fd=_fd(queue._reader), length=queue_length(queue), capacity=int(queue._maxsize), needs="reader"
        )
    wait.facts.pop("semaphore", None)


def _on_cluster_queue(wait, call):
    queue = call.local("self")
    if queue is None:
        return
    wait.at_most(call)
    if call.function == "_send":
        wait.note("queue put", queue, length=int(queue._maxsize), capacity=int(queue._maxsize), needs="program")
    else:
        wait.note("queue join" if call.function == "join" else "queue get", queue, needs="program")


def _on_stub(wait, call):
    """Needs the process that it stands for, which only the agents of the cluster know."""
    wait.note("remote process", needs="outside")


def _on_feeder(wait, call):
    feeder = call.local("self")
    wait.note("queue flush", fd=_fd(getattr(feeder, "_reader", None)), needs="reader")


def _fd(connection):
    handle = getattr(connection, "_handle", None)
    return None if handle is None else int(handle)


def _on_finish_reading(wait, call):
    wait.since(call)
    wait.note("receive", needs="writer")


def _on_finish_writing(wait, call):
    wait.since(call)
    wait.note("send", needs="reader")


def _on_receive(wait, call):
    connection = call.local("self")
    wait.note("receive", connection, fd=_fd(connection), needs="writer")


def _on_send(wait, call):
    connection = call.local("self")
    wait.note("send", connection, fd=_fd(connection), needs="reader")


def _on_poll(wait, call):
    fds = call.local("fds")
    wait.since(call)
    wait.at_most(call)
    numbers = [int(fd) for fd in fds] if fds is not None else []
    wait.note("poll", fds=numbers, needs="writer")


def _on_select(wait, call):
    wait.note("select", needs="outside")


def _on_join(wait, call):
    process = call.local("self")
    popen = getattr(process, "_popen", None)
    pid = getattr(popen, "pid", None)
    wait.at_most(call)
    wait.note(
        "join",
        process,
        pid=None if pid is None else int(pid),
        process=str(process.name),
        pids=[] if pid is None else [int(pid)],
        needs="processes",
    )


def _on_child(wait, call):
    popen = call.local("self")
    pid = getattr(popen, "pid", None)
    wait.since(call)
    if pid is not None:
        wait.note("child", pid=int(pid), pids=[int(pid)], needs="processes")


def _on_pool_result(wait, call):
    pool = getattr(call.local("self"), "_pool", None)
    wait.at_most(call)
    workers = getattr(pool, "_pool", None) or []
    pids = pids_of(workers)
    threads = not getattr(pool, "_dispatcher", None) and not any(hasattr(worker, "_popen") for worker in workers)
    left = getattr(call.local("self"), "_number_left", None)
    if threads:
        wait.note("pool result", call.local("self"), pool, needs="threads", left=left)
    else:
        wait.note(
            "pool result", call.local("self"), pool, pids=pids, needs="processes", left=None if left is None else int(left)
        )


def _on_pool_join(wait, call):
    pool = call.local("self")
    wait.note("pool join", pool, pids=pids_of(getattr(pool, "_pool", None) or []), needs="processes")


def _on_future(wait, call):
    wait.at_most(call)
    wait.note("future", call.local("self"), needs="executor")


def _on_submit(wait, call):
    """Only if it has come no further than a lock: see `look_at_java`."""
    wait.submitting = call.local("self")


def _on_thread_join(wait, call):
    thread = call.local("self")
    wait.note(
        "thread join",
        thread,
        thread=str(getattr(thread, "name", "")),
        ident=int(getattr(thread, "ident", 0) or 0),
        needs="threads",
    )


def _on_threads(kind):
    def note(wait, call):
        wait.at_most(call)
        wait.note(kind, call.local("self"), needs="threads")

    return note


def _on_sleep(wait, call):
    seconds = call.local("seconds")
    wait.note("sleep", needs="outside", timeout=float(seconds) if isinstance(seconds, (int, float)) else None)


def _on_manager(wait, call):
    proxy = call.local("self")
    token = getattr(proxy, "_token", None)
    method = call.local("methodname")
    wait.note("manager", proxy, call=f"{getattr(token, 'typeid', '')}.{method}")


def _on_idle_worker(wait, call):
    wait.facts["idle"] = True
    wait.facts["kind"] = "task"


RULES = {
    ("_polyproc/ipc/semlock.py", "acquire"): _on_semaphore,
    ("_polyproc/ipc/semlock.py", "_wait"): _on_semaphore,
    ("_polyproc/ipc/semlock.py", "__enter__"): _on_semaphore,
    ("multiprocessing/synchronize.py", "__enter__"): _on_lock,
    ("multiprocessing/queues.py", "_receive"): _on_queue_get,
    ("multiprocessing/queues.py", "get"): _on_queue,
    ("multiprocessing/queues.py", "put"): _on_queue,
    ("multiprocessing/queues.py", "_take_place"): _on_queue,
    ("multiprocessing/queues.py", "join"): _on_feeder,
    ("_polyproc/cluster/locks.py", "acquire"): _on_cluster_semaphore,
    ("_polyproc/cluster/queues.py", "_take"): _on_cluster_queue,
    ("_polyproc/cluster/queues.py", "_send"): _on_cluster_queue,
    ("_polyproc/cluster/queues.py", "join"): _on_cluster_queue,
    ("_polyproc/cluster/stub.py", "serve"): _on_stub,
    ("multiprocessing/connection.py", "_finish_reading"): _on_finish_reading,
    ("multiprocessing/connection.py", "_finish_writing"): _on_finish_writing,
    ("multiprocessing/connection.py", "_wait_for"): _on_poll,
    ("multiprocessing/popen_fork.py", "wait"): _on_child,
    ("multiprocessing/popen_fork.py", "poll"): _on_child,
    ("_polyproc/process/popen.py", "wait"): _on_child,
    ("multiprocessing/process.py", "join"): _on_join,
    ("multiprocessing/pool.py", "join"): _on_pool_join,
    ("multiprocessing/pool.py", "next"): _on_pool_result,
    ("multiprocessing/managers.py", "_callmethod"): _on_manager,
    ("threading.py", "join"): _on_thread_join,
    ("concurrent/futures/process.py", "submit"): _on_submit,
    ("concurrent/futures/_base.py", "result"): _on_future,
    ("concurrent/futures/_base.py", "exception"): _on_future,
    ("concurrent/futures/_base.py", "wait"): _on_future,
    ("concurrent/futures/_base.py", "as_completed"): _on_future,
    ("selectors.py", "select"): _on_select,
    ("_polyproc/compat/poll.py", "_wait"): _on_select,
    ("_polyproc/compat/sleep.py", "sleep"): _on_sleep,
    ("_polyproc/pool/worker_main.py", "_receive"): _on_idle_worker,
}


def _on_wait(wait, call):
    """`wait` is a method of several classes in one file: the object tells."""
    kind = type(call.local("self")).__name__
    if call.key[0] == "multiprocessing/synchronize.py":
        (_on_event if kind == "Event" else _on_condition)(wait, call)
    elif kind == "Barrier":
        _on_threads_barrier(wait, call)
    elif call.key[0] == "threading.py":
        _on_threads({"Condition": "thread condition", "Event": "thread event"}.get(kind, "thread lock"))(wait, call)
    else:
        _on_pool_result(wait, call)


for _file in ("multiprocessing/synchronize.py", "threading.py", "multiprocessing/pool.py"):
    RULES[_file, "wait"] = _on_wait
RULES["multiprocessing/pool.py", "get"] = _on_pool_result
RULES["threading.py", "acquire"] = _on_threads("thread semaphore")
for _name in ("recv", "recv_bytes", "_recv", "_recv_bytes"):
    RULES["multiprocessing/connection.py", _name] = _on_receive
for _name in ("send", "send_bytes", "_send", "_send_bytes"):
    RULES["multiprocessing/connection.py", _name] = _on_send


_JAVA_WAITS = (
    (".PRLock.", "thread lock", "threads"),
    (".PLock.", "thread lock", "threads"),
    (".PSimpleQueue.", "thread queue", "threads"),
    ("NativeFunctions.", "native function", "outside"),
)
_POSIX = "com.oracle.graal.python.runtime.NFIPosixSupport."
_WAITING_CALLS = frozenset(
    (
        "read",
        "write",
        "select",
        "waitpid",
        "accept",
        "recv",
        "recvfrom",
        "send",
        "sendto",
        "connect",
        "flock",
        "fcntlLock",
        "semWait",
        "semTimedWait",
    )
)


def look_at_java(wait: Wait, java: "Iterable[str]") -> None:
    """What a function of GraalPy's own waits for, which has no call on Python's stack."""
    for method in java:
        if method.startswith(_POSIX):
            name = method[len(_POSIX) :]
            if name in _WAITING_CALLS:
                wait.note("system call", call=name, needs="outside")
                return
        for part, kind, needs in _JAVA_WAITS:
            if part in method:
                if wait.submitting is not None:
                    wait.note("executor", wait.submitting, needs=needs)
                else:
                    wait.note(kind, needs=needs)
                return
