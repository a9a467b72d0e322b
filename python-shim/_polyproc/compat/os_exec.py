"""Functions of `os` that run other programs, in this process or a new one, that GraalPy 25.0.3 lacks."""
# Needed while: import os; not hasattr(os, "posix_spawn")

import operator
import os
import sys

from _polyproc.compat import open_files
from _polyproc.compat.arguments import c_int
from _polyproc.compat.arguments import path as _path
from _polyproc.compat.libc import Memory, Strings, builtin, call, call_for_error, integer

_posix = builtin("posix")


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
        call_for_error("pthread_sigmask", 2, _mask_to_hand_down(), self._former)

    def __exit__(self, *exc):
        call_for_error("pthread_sigmask", 2, bytes(self._former), 0)


def _mask_to_hand_down():
    """What the program has blocked, as another program begins with."""
    masks = sys.modules.get("_polyproc.compat.signal_masks")
    blocked = masks.blocked() if masks is not None else ()
    return sum(1 << number - 1 for number in blocked).to_bytes(128, "little")


def _signals(numbers):
    mask = 0
    for number in numbers:
        number = operator.index(number)
        if not 0 < number < 65:
            raise ValueError(f"signal number {number} out of range [1; 64]")
        mask |= 1 << number - 1
    return mask.to_bytes(128, "little")


_SETPGROUP, _RESETIDS, _SETSIGDEF, _SETSIGMASK, _SETSCHEDPARAM, _SETSCHEDULER, _SETSID = 2, 1, 4, 8, 16, 32, 128


def _spawn(function, path, argv, env, file_actions, *settings):
    target = _path(path, function)
    arguments = _arguments(function, argv)
    variables = _variables(function, os.environ if env is None else env)
    open_files.write_out()
    pid = bytearray(4)
    with Memory(512) as actions, Memory(512) as attributes, Strings(arguments) as arguments, Strings(variables) as variables:
        call_for_error("posix_spawnattr_init", attributes.address)
        call_for_error("posix_spawn_file_actions_init", actions.address)
        try:
            _add_actions(actions.address, file_actions)
            _set_attributes(attributes.address, *settings)
            call_for_error(
                function, pid, target, actions.address, attributes.address, arguments.address, variables.address, filename=path
            )
        finally:
            call_for_error("posix_spawn_file_actions_destroy", actions.address)
            call_for_error("posix_spawnattr_destroy", attributes.address)
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
        mask = _signals(setsigmask)
    call_for_error("posix_spawnattr_setsigmask", address, mask)
    if setsigdef is not None:
        call_for_error("posix_spawnattr_setsigdefault", address, _signals(setsigdef))
        flags |= _SETSIGDEF
    if scheduler is not None:
        from _polyproc.compat.os_scheduling import parameter as scheduling_parameter

        if not isinstance(scheduler, tuple) or len(scheduler) != 2:
            raise TypeError("A scheduler tuple must have two elements")
        policy, param = scheduler
        parameter = scheduling_parameter(param)
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
