"""Says what the threads of this process do, for an observer; see `ObservationPoint` in Java.

Nothing here runs before an observer asks. What a thread waits for is read off its stack: each wait of the runtime and
of the standard library has a function whose local variables name what is waited for (`_RULES`).
"""

import os
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

_MAX_TEXT = 120
_MAX_VARIABLES = 40
_LIBRARIES = "/python-shim/", os.path.dirname(os.__file__) + "/", "/python-home/lib/python3.12/"
_RECURSIVE_MUTEX = 0


class _Call:
    """One call on a stack: `key` is the file, relative to its library, and the function."""

    __slots__ = ("file", "function", "line", "names", "values", "globals", "key")

    def __init__(self, parts):
        file, function, line, names, values, namespace = parts
        self.file = str(file)
        self.function = str(function)
        self.line = int(line)
        self.names = [str(name) for name in names]
        self.values = values
        self.globals = namespace
        self.key = self._library_file(), self.function

    def _library_file(self):
        """None if it is the program's own, or a package's."""
        # Wherever the distribution was when the library was compiled: it may have been moved since.
        for library in _LIBRARIES:
            before, found, file = self.file.rpartition(library)
            if found and not file.startswith("site-packages/"):
                return file
        return None

    def is_library(self):
        return self.key[0] is not None

    def local(self, name, default=None):
        """The value of a local variable."""
        if name in self.names:
            value = self.values[self.names.index(name)]
            return default if value is None else value
        return default


def describe(threads: "Iterable[Any]", with_locals: bool, with_queues: bool) -> "dict[str, Any]":
    """What is known of this process and its threads.

    threads: for each its identifier, its calls, the innermost first, and the innermost methods of its Java stack;
    with_locals: whether the values of the program's variables are wanted, as texts; with_queues: whether the
    lengths of queues are.
    """
    pools = []
    described = {}
    stacks = []
    for ident, calls, java in threads:
        calls = [_Call(parts) for parts in calls]
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
        if isinstance(queue, queues.Queue) and not type(queue).__module__.startswith("concurrent."):
            facts = {"id": _semaphore(queue._sem._semlock)["id"], "length": _length(queue)}
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
    return facts


def _describe_thread(ident, calls, java, pools, with_locals):
    count = _shown(calls)
    facts = {"shown": count}
    user = next((i for i, call in enumerate(calls[:count]) if not call.is_library()), count)
    facts["user"] = user if user < count else None
    threading = sys.modules.get("threading")
    thread = None if threading is None else threading._active.get(ident)
    if thread is not None:
        facts["name"] = str(thread.name)
        facts["daemon"] = bool(thread.daemon)
    wait = _Wait()
    for call in calls[:user]:
        rule = _RULES.get(call.key)
        if rule is not None:
            rule(wait, call)
    for call in (*calls[user:count], *calls[:user]):
        role = _ROLES.get(call.key)
        if role is not None:
            role(facts, call, pools)
    if not wait.facts:
        _look_at_java(wait, java)
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
    namespace = call.globals
    if namespace is not False and namespace is not None:
        names = namespace if isinstance(namespace, dict) else getattr(namespace, "__dict__", {})
        for name, value in list(names.items()):
            if _is_one(value, objects):
                return str(name)
    return None


def _is_one(value, objects):
    return value is not None and any(value is obj or getattr(value, "_semlock", None) is obj for obj in objects)


# --- What a thread waits for.


class _Wait:
    """What is found out on the way from the innermost call outwards: later calls know better what it is for."""

    def __init__(self):
        self.facts = {}
        self.objects = []
        self.submitting = None

    def note(self, kind, *objects, **facts):
        self.facts["kind"] = kind
        for name, value in facts.items():
            if value is not None:
                self.facts[name] = value
        self.objects += [obj for obj in objects if obj is not None]

    def at_most(self, call):
        timeout = call.local("timeout")
        if timeout is not None:
            self.facts["timeout"] = float(timeout)

    def since(self, call):
        moment = call.local("since")
        if moment is not None:
            self.facts["seconds"] = time.monotonic() - moment


def _pids(processes):
    return [int(process.pid) for process in processes if getattr(process, "pid", None) is not None]


def _semaphore(semlock):
    semaphore = semlock._semaphore
    return {
        "id": f"{int(semaphore.arena().identity()) & 0xFFFFFFFF:x}:{int(semaphore.slot())}",
        "value": int(semaphore.value()),
        "max": int(semlock.maxvalue),
        "holder": int(semaphore.holder()),
        "listed": [int(pid) for pid in semaphore.listed()],
    }


def _on_semaphore(wait, call):
    semlock = call.local("self")
    if semlock is None or not hasattr(semlock, "_semaphore"):
        return
    if call.function in ("acquire", "_wait"):
        wait.since(call)
        wait.at_most(call)
    if semlock.maxvalue != 1:
        kind, needs = "semaphore", "program"
    else:
        kind, needs = "recursive lock" if semlock.kind == _RECURSIVE_MUTEX else "lock", "holder"
    wait.note(kind, semlock, semaphore=_semaphore(semlock), needs=needs)


def _on_lock(wait, call):
    wait.note(wait.facts.get("kind", "lock"), call.local("self"))


def _on_condition(wait, call):
    if "semaphore" in wait.facts:
        wait.note("condition", call.local("self"), needs="program")


def _on_event(wait, call):
    wait.note("event", call.local("self"), needs="program")


def _on_joinable_queue(wait, call):
    wait.note("queue join", call.local("self"), needs="program")


def _on_threads_barrier(wait, call):
    barrier = call.local("self")
    facts = {}
    try:
        facts = {"parties": int(barrier.parties), "waiting": int(barrier._count)}
    except Exception:
        pass  # one that is not complete yet
    shared = type(barrier).__module__.startswith("multiprocessing")
    wait.note("barrier", barrier, needs="program" if shared else "threads", **facts)


def _length(queue):
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
        wait.note("queue get", queue, fd=_fd(getattr(queue, "_reader", None)), length=_length(queue), needs="writer")
    elif hasattr(queue, "_sem"):
        wait.note(
            "queue put", queue, fd=_fd(queue._reader), length=_length(queue), capacity=int(queue._maxsize), needs="reader"
        )
    wait.facts.pop("semaphore", None)


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
    pids = _pids(workers)
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
    wait.note("pool join", pool, pids=_pids(getattr(pool, "_pool", None) or []), needs="processes")


def _on_future(wait, call):
    wait.at_most(call)
    wait.note("future", call.local("self"), needs="executor")


def _on_submit(wait, call):
    """Only if it has come no further than a lock: see `_look_at_java`."""
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


_RULES = {
    ("_polyproc/ipc/semlock.py", "acquire"): _on_semaphore,
    ("_polyproc/ipc/semlock.py", "_wait"): _on_semaphore,
    ("_polyproc/ipc/semlock.py", "__enter__"): _on_semaphore,
    ("multiprocessing/synchronize.py", "__enter__"): _on_lock,
    ("multiprocessing/queues.py", "_receive"): _on_queue_get,
    ("multiprocessing/queues.py", "get"): _on_queue,
    ("multiprocessing/queues.py", "put"): _on_queue,
    ("multiprocessing/queues.py", "_take_place"): _on_queue,
    ("multiprocessing/queues.py", "join"): _on_feeder,
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
    _RULES[_file, "wait"] = _on_wait
_RULES["multiprocessing/pool.py", "get"] = _on_pool_result
_RULES["threading.py", "acquire"] = _on_threads("thread semaphore")
for _name in ("recv", "recv_bytes", "_recv", "_recv_bytes"):
    _RULES["multiprocessing/connection.py", _name] = _on_receive
for _name in ("send", "send_bytes", "_send", "_send_bytes"):
    _RULES["multiprocessing/connection.py", _name] = _on_send


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


def _look_at_java(wait, java):
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


# --- What a thread is for.


def _is_dispatcher(facts, call, pools):
    dispatcher = call.local("self")
    if dispatcher is None or not hasattr(dispatcher, "_manager"):
        return
    facts["role"] = "pool dispatcher"
    workers = list(dispatcher._workers)
    waiting = len(dispatcher._fed.waiting) + sum(len(batch.items) for batch in list(dispatcher._returned))
    for source in list(dispatcher._sources):
        elements = getattr(source, "_elements", None)
        waiting += len(elements) - source._next if elements is not None else 1
    pools.append(
        {
            "kind": "pool",
            "size": int(dispatcher._manager.size),
            "jobs": len(dispatcher._cache),
            "waiting": int(waiting),
            "done": dispatcher.done_by_former + sum(worker.done for worker in workers),
            "workers": [
                {
                    "pid": int(worker.process.pid),
                    "held": int(worker.count),
                    "done": int(worker.done),
                    "ready": bool(worker.ready),
                }
                for worker in workers
            ],
        }
    )
    facts["pids"] = _pids([worker.process for worker in workers])


def _is_executor(facts, call, pools):
    manager = call.local("self")
    processes = getattr(manager, "processes", None)
    if processes is None:
        return
    facts["role"] = "executor manager"
    facts["pids"] = [int(pid) for pid in list(processes)]
    pending = len(manager.pending_work_items)
    pool = {
        "kind": "executor",
        "size": len(processes),
        "jobs": pending,
        "waiting": int(pending),
        "workers": [{"pid": pid} for pid in facts["pids"]],
    }
    executor = manager.executor_reference()
    if executor is not None:
        pool["done"] = int(executor._queue_count) - pending
    pools.append(pool)


def _is_service(role):
    def note(facts, call, pools):
        facts["role"] = role

    return note


_ROLES = {
    ("_polyproc/pool/dispatcher.py", "_run"): _is_dispatcher,
    ("_polyproc/pool/worker_main.py", "run"): _is_service("pool worker"),
    ("concurrent/futures/process.py", "run"): _is_executor,
    ("concurrent/futures/process.py", "_process_worker"): _is_service("executor worker"),
    ("multiprocessing/managers.py", "serve_forever"): _is_service("manager"),
    ("multiprocessing/managers.py", "accepter"): _is_service("manager"),
    ("multiprocessing/managers.py", "handle_request"): _is_service("manager"),
    ("multiprocessing/managers.py", "serve_client"): _is_service("manager"),
    ("_polyproc/pool/feeder.py", "_run"): _is_service("pool feeder"),
    ("multiprocessing/pool.py", "_handle_workers"): _is_service("pool handler"),
    ("multiprocessing/pool.py", "_handle_tasks"): _is_service("pool handler"),
    ("multiprocessing/pool.py", "_handle_results"): _is_service("pool handler"),
}
