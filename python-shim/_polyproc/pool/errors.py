"""What a pool says of workers that ended, or were too slow."""

import signal
from multiprocessing.context import NodeLostError, TaskTimeoutError, WorkerLostError

_MAX_LINES = 12


def lost(name: str, pid: int, status: "int | None", task: str, node: "str | None" = None) -> WorkerLostError:
    """The error of a task whose worker ended while it had it.

    node: the name of the node on which it ran, if that is lost.
    """
    if node is not None:
        return NodeLostError(
            f"node {node} was lost while worker {name} (pid {pid}) had the task {task} there", pid, status, task, node
        )
    return WorkerLostError(
        f"worker {name} (pid {pid}) {how(status)} while it had the task {task}"
        f"{'; out of memory?' if status == -signal.SIGKILL else ''}",
        pid,
        status,
        task,
    )


def broken(count: int, name: str, pid: int, status: "int | None", startup_failure: str) -> WorkerLostError:
    """The error of all tasks of a pool whose workers end before they are ready."""
    lines = startup_failure.strip().splitlines()[-_MAX_LINES:]
    last = "".join(f"\n    {line}" for line in lines)
    return WorkerLostError(
        f"the workers of the pool end before they are ready, {count} in a row; "
        f"the last, {name} (pid {pid}), {how(status)}"
        f"{', its last lines:' + last if last else ''}",
        pid,
        status,
        None,
    )


def too_late(name: str, pid: int, seconds: float, task: str) -> TaskTimeoutError:
    """The error of a task that took more than its limit."""
    return TaskTimeoutError(
        f"the task {task} took longer than {seconds:g} s in worker {name} (pid {pid}), which is ended", pid, seconds, task
    )


def how(status: "int | None") -> str:
    """How a process ended, in words."""
    if status is None:
        return "ended"
    if status >= 0:
        return f"ended with exit status {status}"
    try:
        return f"was killed by {signal.Signals(-status).name}"
    except ValueError:
        return f"was killed by signal {-status}"
