"""Functions of `os` for processes and how they are scheduled that GraalPy 25.0.3 lacks.

A nice value, a scheduling policy and a set of processors are a thread's. A JVM's main thread has many others at
its side (the compiler's, the collector's), so what Python's main thread sets for itself is set for all of them.
"""
# Needed while: import os; not hasattr(os, "wait4")

import operator
import os
import sys

from _polyproc.compat import open_files, structseq, threads
from _polyproc.compat.arguments import c_int
from _polyproc.compat.arguments import path as _path
from _polyproc.compat.builtin_functions import builtin as builtin_function
from _polyproc.compat.libc import Memory, Strings, _native, builtin, call, call_for_error, call_long, error, integer

_posix = builtin("posix")
_MACHINE = os.uname().machine
_SYS_GETPRIORITY = 141 if _MACHINE == "aarch64" else 140
_SYS_PIDFD_OPEN = 434
_ECHILD = 10
_ESRCH = 3


def _threads_for(pid):
    """The kernel's ids of the threads that a call for a process is about."""
    if pid in (0, os.getpid()) and (pid or threads.is_main_thread()):
        return [int(name) for name in os.listdir("/proc/self/task")]
    return [pid]


def _for_all(pid, one):
    """Calls a function for each thread; a thread that has ended meanwhile does not count."""
    threads = _threads_for(pid)
    for thread in threads:
        try:
            one(thread)
        except ProcessLookupError:
            if len(threads) == 1:
                raise


# Priorities


@_posix
def nice(increment, /):
    """Add increment to the priority of process and return the new priority."""
    wanted = getpriority(0, 0) + c_int(increment)
    wanted = max(-20, min(19, wanted))
    try:
        setpriority(0, 0, wanted)
    except PermissionError:
        raise error(1) from None
    return getpriority(0, 0)


@_posix
def getpriority(which, who):
    """Return program scheduling priority."""
    # The system call returns 20 - priority, so that no priority looks like an error.
    return 20 - call("syscall", _SYS_GETPRIORITY, c_int(which), c_int(who))


@_posix
def setpriority(which, who, priority):
    """Set program scheduling priority."""
    which, who, priority = c_int(which), c_int(who), c_int(priority)
    if which == 0:
        _for_all(who, lambda thread: call("setpriority", 0, thread, priority))
    else:
        call("setpriority", which, who, priority)


class sched_param(tuple):
    """The parameters of a scheduling policy: a tuple of the priority."""

    __slots__ = ()
    __module__ = "posix"
    __match_args__ = ("sched_priority",)
    n_fields = n_sequence_fields = 1
    n_unnamed_fields = 0

    def __new__(cls, sched_priority):
        return tuple.__new__(cls, (sched_priority,))

    @property
    def sched_priority(self):
        """the scheduling priority"""
        return self[0]

    def __repr__(self):
        return f"posix.sched_param(sched_priority={self[0]!r})"

    def __reduce__(self):
        return sched_param, (self[0],)


def _parameter(param):
    if not isinstance(param, sched_param):
        raise TypeError("must have a sched_param object")
    priority = operator.index(param.sched_priority)
    if not -0x80000000 <= priority <= 0x7FFFFFFF:
        raise OverflowError("sched_priority out of range")
    return (priority & 0xFFFFFFFF).to_bytes(4, "little")


@_posix
def sched_get_priority_max(policy):
    """Get the maximum scheduling priority for policy."""
    return call("sched_get_priority_max", c_int(policy))


@_posix
def sched_get_priority_min(policy):
    """Get the minimum scheduling priority for policy."""
    return call("sched_get_priority_min", c_int(policy))


@_posix
def sched_getscheduler(pid, /):
    """Get the scheduling policy for the process identified by pid."""
    return call("sched_getscheduler", c_int(pid))


@_posix
def sched_setscheduler(pid, policy, param, /):
    """Set the scheduling policy for the process identified by pid."""
    policy, parameter = c_int(policy), _parameter(param)
    _for_all(c_int(pid), lambda thread: call("sched_setscheduler", thread, policy, parameter))


@_posix
def sched_getparam(pid, /):
    """Returns scheduling parameters for the process identified by pid."""
    parameter = bytearray(4)
    call("sched_getparam", c_int(pid), parameter)
    return sched_param(integer(parameter, 0))


@_posix
def sched_setparam(pid, param, /):
    """Set scheduling parameters for the process identified by pid."""
    parameter = _parameter(param)
    _for_all(c_int(pid), lambda thread: call("sched_setparam", thread, parameter))


@_posix
def sched_rr_get_interval(pid, /):
    """Return the round-robin quantum for the process identified by pid, in seconds."""
    interval = bytearray(16)
    call("sched_rr_get_interval", c_int(pid), interval)
    return integer(interval, 0, 8) + integer(interval, 8, 8) * 1e-9


@_posix
def sched_yield():
    """Voluntarily relinquish the CPU."""
    call("sched_yield")


@builtin_function("posix")
def sched_getaffinity(module, pid, /):
    """Returns the set of processors that a process may use; 0 is the calling one."""
    pid = operator.index(pid)
    try:
        with open(f"/proc/{pid or 'self'}/status", "rb") as status:
            allowed = next(line for line in status if line.startswith(b"Cpus_allowed_list:"))
    except OSError:
        raise error(_ESRCH) from None
    processors = set()
    for part in allowed.decode().split()[1].split(","):
        first, _, last = part.partition("-")
        processors.update(range(int(first), int(last or first) + 1))
    return processors


@_posix
def sched_setaffinity(pid, mask, /):
    """Set the CPU affinity of the process identified by pid to mask."""
    processors = 0
    for processor in mask:
        if not isinstance(processor, int):
            raise TypeError(f"expected an iterator of ints, but iterator yielded {type(processor)!r}")
        if processor < 0:
            raise ValueError("negative CPU number")
        if processor > 0x7FFFFFFF - 1:
            raise OverflowError("CPU number too large")
        processors |= 1 << processor
    size = max(128, (processors.bit_length() + 63) // 64 * 8)
    content = processors.to_bytes(size, "little")
    _for_all(c_int(pid), lambda thread: call("sched_setaffinity", thread, size, content))


# Waiting for children

times_result = structseq.make(
    "posix",
    "times_result",
    ("user", "system", "children_user", "children_system", "elapsed"),
    "times_result: Result from os.times().",
)
waitid_result = structseq.make(
    "posix", "waitid_result", ("si_pid", "si_uid", "si_signo", "si_status", "si_code"), "waitid_result: Result from waitid."
)


@_posix
def times():
    """Return a collection containing process timing information."""
    ticks = bytearray(32)
    elapsed = call_long("times", ticks)
    each = os.sysconf("SC_CLK_TCK")
    return times_result([*(integer(ticks, offset, 8) / each for offset in (0, 8, 16, 24)), elapsed / each])


def _usage(content):
    from _polyproc.compat import resource

    return resource.usage(content)


@_posix
def waitid(idtype, id, options, /):
    """Returns the result of waiting for a process or processes; None with WNOHANG if there is none."""
    idtype, id, options = c_int(idtype), operator.index(id), c_int(options)
    if idtype in (0, 2) and options & 4:
        _await_own(idtype, id, options)
    info = bytearray(128)
    call("waitid", idtype, id, info, options)
    if integer(info, _SI_PID) == 0:
        return None
    return waitid_result(
        (integer(info, _SI_PID), integer(info, 20, signed=False), integer(info, 0), integer(info, 24), integer(info, 8))
    )


def _children():
    """The process ids of this process's children that are the program's."""
    children = []
    for thread in os.listdir("/proc/self/task"):
        try:
            with open(f"/proc/self/task/{thread}/children", "rb") as file:
                children += map(int, file.read().split())
        except OSError:
            continue  # the thread has ended
    return [child for child in children if not _native.isRuntimeChild(child)]


_PAUSE = 0.002
_SI_PID = 16
"""Where a `siginfo_t` has it."""


def _await_own(idtype, id, options):
    """Waits until there is a child to collect that is the program's and not the runtime's.

    Where the supervisor is a thread of this process, workers are its children: to collect one of them would
    take its exit status from `Process.exitcode`.
    """
    import time

    info = bytearray(128)
    flags = options & ~1 | 0x1000000  # without WNOHANG, with WNOWAIT
    while True:
        if not _children():
            raise error(_ECHILD)
        call("waitid", idtype, id, info, flags | 1)
        pid = integer(info, _SI_PID)
        if pid and not _native.isRuntimeChild(pid):
            return
        if options & 1:
            return
        if not pid:
            call("waitid", idtype, id, info, flags)
            pid = integer(info, _SI_PID)
            if not _native.isRuntimeChild(pid):
                return
        time.sleep(_PAUSE)


def _wait(pid, options, usage):
    status = bytearray(4)
    if pid == -1:
        options_of_waitid = 4 | options & (1 | 8) | (2 if options & 2 else 0)
        _await_own(0, 0, options_of_waitid)
        pid = _first_of_program(options_of_waitid)
        if pid is None:
            return 0, 0
    child = call("wait4", pid, status, options, usage)
    return child, integer(status, 0) if child else 0


def _first_of_program(options):
    info = bytearray(128)
    call("waitid", 0, 0, info, options | 1 | 0x1000000)
    pid = integer(info, _SI_PID)
    return None if pid == 0 or _native.isRuntimeChild(pid) else pid


@_posix
def wait():
    """Wait for completion of a child process; returns its process id and exit status."""
    while True:
        pid, status = _wait(-1, 0, 0)
        if pid:
            return pid, status


@_posix
def wait3(options):
    """Wait for completion of a child process; returns its id, exit status and resource usage."""
    usage = bytearray(144)
    pid, status = _wait(-1, c_int(options), usage)
    return pid, status, _usage(usage)


@_posix
def wait4(pid, options):
    """Wait for completion of a specific child process; returns its id, exit status and resource usage."""
    usage = bytearray(144)
    pid, status = _wait(c_int(pid), c_int(options), usage)
    return pid, status, _usage(usage)


@_posix
def pidfd_open(pid, flags=0):
    """Return a file descriptor referring to the process pid."""
    return call("syscall", _SYS_PIDFD_OPEN, c_int(pid), operator.index(flags) & 0xFFFFFFFF)


@_posix
def unshare(flags):
    """Disassociate parts of a process (or thread) execution context."""
    call("unshare", c_int(flags))


@_posix
def setns(fd, nstype=0):
    """Move the calling thread into different namespaces."""
    from _polyproc.compat.arguments import fileno

    call("setns", fileno(fd), c_int(nstype))


# Other programs


def _arguments(function, argv):
    if not isinstance(argv, (list, tuple)):
        raise TypeError(f"{function}: argv must be a tuple or list")
    if not argv:
        raise ValueError(f"{function}: argv must not be empty")
    arguments = [_encoded(argument) for argument in argv]
    if not arguments[0]:
        raise ValueError(f"{function}: argv first element cannot be empty")
    return arguments


def _encoded(text):
    encoded = os.fsencode(text)
    if b"\0" in encoded:
        raise ValueError("embedded null byte")
    return encoded


def _variables(function, env):
    if not hasattr(env, "keys") or not hasattr(type(env), "__getitem__"):
        raise TypeError(f"{function}: environment must be a mapping object")
    variables = []
    for name, value in zip(list(env.keys()), list(env.values())):
        name, value = _encoded(name), _encoded(value)
        if b"=" in name[1:] or not name or b"=" in name[:1]:
            raise ValueError("illegal environment variable name")
        variables.append(name + b"=" + value)
    return variables


@_posix
def execve(path, argv, env):
    """Execute an executable path with arguments, replacing current process."""
    target = _path(path, "execve", allow_fd=True)
    arguments = _arguments("execve", argv)
    variables = _variables("execve", env)
    with Strings(arguments) as arguments, Strings(variables) as variables, _no_signal_blocked():
        if isinstance(target, int):
            call("fexecve", target, arguments.address, variables.address, filename=path)
        else:
            call("execve", target, arguments.address, variables.address, filename=path)


def execute_with_own_variables(path, argv):
    """Execute a program as `execve` does, with the variables of the C library, which `putenv` alone may have set."""
    with Strings(_arguments("execv", argv)) as arguments, _no_signal_blocked():
        call("execv", _path(path, "execv"), arguments.address, filename=path)


class _no_signal_blocked:
    """The JVM's threads block signals that a program must not begin with."""

    def __enter__(self):
        self._former = bytearray(128)
        call_for_error("pthread_sigmask", 2, bytes(_mask_to_hand_down()), self._former)

    def __exit__(self, *exc):
        call_for_error("pthread_sigmask", 2, bytes(self._former), 0)


def _mask_to_hand_down():
    """What the program has blocked, as another program begins with."""
    masks = sys.modules.get("_polyproc.compat.signal_masks")
    blocked = masks.blocked() if masks is not None else ()
    return sum(1 << number - 1 for number in blocked).to_bytes(128, "little")


def _signals(numbers, argument):
    mask = 0
    for number in numbers:
        number = operator.index(number)
        if not 0 < number < 65:
            raise ValueError(f"signal number {number} out of range [1; 64]")
        mask |= 1 << number - 1
    return mask.to_bytes(128, "little")


_SETPGROUP, _RESETIDS, _SETSIGDEF, _SETSIGMASK, _SETSCHEDPARAM, _SETSCHEDULER, _SETSID = 2, 1, 4, 8, 16, 32, 128


def _spawn(
    function,
    path,
    argv,
    env,
    file_actions=(),
    setpgroup=None,
    resetids=False,
    setsid=False,
    setsigmask=None,
    setsigdef=None,
    scheduler=None,
):
    target = _path(path, function)
    arguments = _arguments(function, argv)
    variables = _variables(function, os.environ if env is None else env)
    open_files.write_out()
    pid = bytearray(4)
    with Memory(512) as actions, Memory(512) as attributes, Strings(arguments) as arguments, Strings(variables) as variables:
        call_for_error("posix_spawnattr_init", attributes.address)
        call_for_error("posix_spawn_file_actions_init", actions.address)
        try:
            kept = _add_actions(actions.address, file_actions)
            _set_attributes(attributes.address, setpgroup, resetids, setsid, setsigmask, setsigdef, scheduler)
            call_for_error(
                function, pid, target, actions.address, attributes.address, arguments.address, variables.address, filename=path
            )
        finally:
            call_for_error("posix_spawn_file_actions_destroy", actions.address)
            call_for_error("posix_spawnattr_destroy", attributes.address)
        del kept
    return integer(pid, 0)


def _add_actions(address, file_actions):
    if file_actions is None:
        return
    if not hasattr(type(file_actions), "__getitem__") or isinstance(file_actions, dict):
        raise TypeError("file_actions must be a sequence or None")
    for action in file_actions:
        if not isinstance(action, tuple) or not action:
            raise TypeError("Each file_actions element must be a non-empty tuple")
        tag = operator.index(action[0]) if hasattr(type(action[0]), "__index__") else None
        if tag is None:
            raise TypeError("Unknown file_actions identifier")
        if tag == 0:
            if len(action) != 5:
                raise TypeError("A open file_action tuple must have 5 elements")
            _, fd, name, flags, mode = action
            if not isinstance(name, (str, bytes)) and not hasattr(type(name), "__fspath__"):
                raise TypeError(f"expected str, bytes or os.PathLike object, not {type(name).__name__}")
            call_for_error(
                "posix_spawn_file_actions_addopen", address, c_int(fd), _encoded(name), c_int(flags), operator.index(mode)
            )
        elif tag == 1:
            if len(action) != 2:
                raise TypeError("A close file_action tuple must have 2 elements")
            call_for_error("posix_spawn_file_actions_addclose", address, c_int(action[1]))
        elif tag == 2:
            if len(action) != 3:
                raise TypeError("A dup2 file_action tuple must have 3 elements")
            call_for_error("posix_spawn_file_actions_adddup2", address, c_int(action[1]), c_int(action[2]))
        else:
            raise TypeError("Unknown file_actions identifier")


def _set_attributes(address, setpgroup, resetids, setsid, setsigmask, setsigdef, scheduler):
    flags = _SETSIGMASK
    mask = _mask_to_hand_down()
    if setpgroup is not None:
        call_for_error("posix_spawnattr_setpgroup", address, c_int(setpgroup))
        flags |= _SETPGROUP
    if resetids:
        flags |= _RESETIDS
    if setsid:
        flags |= _SETSID
    if setsigmask is not None:
        mask = _signals(setsigmask, "setsigmask")
    call_for_error("posix_spawnattr_setsigmask", address, mask)
    if setsigdef is not None:
        call_for_error("posix_spawnattr_setsigdefault", address, _signals(setsigdef, "setsigdef"))
        flags |= _SETSIGDEF
    if scheduler is not None:
        if not isinstance(scheduler, tuple) or len(scheduler) != 2:
            raise TypeError("A scheduler tuple must have two elements")
        policy, param = scheduler
        parameter = _parameter(param)
        if policy is not None:
            call_for_error("posix_spawnattr_setschedpolicy", address, c_int(policy))
            flags |= _SETSCHEDULER
        call_for_error("posix_spawnattr_setschedparam", address, parameter)
        flags |= _SETSCHEDPARAM
    call_for_error("posix_spawnattr_setflags", address, flags)


@_posix
def posix_spawn(
    path,
    argv,
    env,
    /,
    *,
    file_actions=(),
    setpgroup=None,
    resetids=False,
    setsid=False,
    setsigmask=None,
    setsigdef=None,
    scheduler=None,
):
    """Execute the program specified by path in a new process; returns its process id."""
    return _spawn("posix_spawn", path, argv, env, file_actions, setpgroup, resetids, setsid, setsigmask, setsigdef, scheduler)


@_posix
def posix_spawnp(
    path,
    argv,
    env,
    /,
    *,
    file_actions=(),
    setpgroup=None,
    resetids=False,
    setsid=False,
    setsigmask=None,
    setsigdef=None,
    scheduler=None,
):
    """Execute the program that PATH has by that name in a new process; returns its process id."""
    return _spawn("posix_spawnp", path, argv, env, file_actions, setpgroup, resetids, setsid, setsigmask, setsigdef, scheduler)
