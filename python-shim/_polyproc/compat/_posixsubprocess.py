"""`_posixsubprocess`: GraalPy 25.0.3 ignores `process_group` and `umask`, and refuses `preexec_fn`, `user` and `group`.

What it can do is left to it: it is faster, as it forks nothing but a C process.
"""
# Needed while: import subprocess; subprocess.run("umask", shell=True, umask=0o77, capture_output=True).stdout != b"0077\n"

import contextlib
import operator
import os

import _polyproc
from _polyproc.boot import lifecycle
from _polyproc.compat import arguments, open_files
from _polyproc.compat.builtin_functions import builtin
from _polyproc.compat.libc import call_long
from _polyproc.compat.os_exec import execute_with_own_variables
from _polyproc.process import forking

_SYS_CLOSE_RANGE = 436
_CLOSE_RANGE_CLOEXEC = 4
_RESTORED = (13, 25)
"""SIGPIPE and SIGXFSZ, which Python ignores and other programs do not expect to be ignored."""
_FAILED = 255


def install(module):
    """Replaces the function that starts a program."""
    original = module.fork_exec

    @builtin("_posixsubprocess")
    def fork_exec(
        module,
        args,
        executable_list,
        close_fds,
        pass_fds,
        cwd,
        env,
        p2cread,
        p2cwrite,
        c2pread,
        c2pwrite,
        errread,
        errwrite,
        errpipe_read,
        errpipe_write,
        restore_signals,
        call_setsid,
        pgid_to_set,
        gid,
        extra_groups,
        uid,
        child_umask,
        preexec_fn,
        allow_vfork,
        /,
    ):
        """Spawn a fresh new child process: fork it, do what the arguments ask for, and let it execute a program.

        Returns the child's process id. What goes wrong in the child is written to errpipe_write, as
        NAME:ERRNO:MESSAGE, with the number in hexadecimal digits.
        """
        if preexec_fn is not None and lifecycle.is_finishing:
            raise RuntimeError("preexec_fn not supported at interpreter shutdown")
        open_files.write_out()
        pass_fds = _descriptors(pass_fds)
        if pgid_to_set < 0 and gid is extra_groups is uid is preexec_fn is None and child_umask < 0:
            with _Restoring() if restore_signals else contextlib.nullcontext():
                return original(
                    args,
                    executable_list,
                    close_fds,
                    pass_fds,
                    cwd,
                    env,
                    p2cread,
                    p2cwrite,
                    c2pread,
                    c2pwrite,
                    errread,
                    errwrite,
                    errpipe_read,
                    errpipe_write,
                    restore_signals,
                    call_setsid,
                    pgid_to_set,
                    gid,
                    extra_groups,
                    uid,
                    child_umask,
                    preexec_fn,
                    allow_vfork,
                )
        kept = [fd for fd in pass_fds if fd != errpipe_write]  # which tells by its end that there is a program
        child = _Child(args, executable_list, close_fds, kept, cwd, env)
        uid = None if uid is None else arguments.uid(uid)
        gid = None if gid is None else arguments.gid(gid)
        extra_groups = None if extra_groups is None else [arguments.gid(group) for group in extra_groups]
        pid = os.fork() if preexec_fn is not None else forking.fork_without_hooks()
        if pid:
            return pid
        try:
            child.take_streams(p2cread, p2cwrite, c2pread, c2pwrite, errread, errwrite, errpipe_read)
            child.become(call_setsid, pgid_to_set, gid, extra_groups, uid, child_umask, restore_signals)
            problem = child.prepare(preexec_fn) or child.execute()
        except OSError as e:
            problem = f"OSError:{e.errno or 0:x}:{child.message}"
        except BaseException as e:
            problem = f"SubprocessError:0:{e}"
        try:
            os.write(errpipe_write, problem.encode("utf-8", "replace"))
        finally:
            os._exit(_FAILED)

    module.fork_exec = fork_exec


class _Restoring:
    """While one of these is entered, a program that is started does not ignore the signals that Python ignores.

    GraalPy leaves them as they are. None of them is left without protection meanwhile: it has a handler.
    """

    _entered = 0
    _ignored = ()

    def __enter__(self):
        cls = type(self)
        cls._entered += 1
        if cls._entered == 1:
            signals = _polyproc.runtime.signals()
            cls._ignored = tuple(number for number in _RESTORED if signals.isIgnored(number))
            for number in cls._ignored:
                signals.accept(number)

    def __exit__(self, *_):
        cls = type(self)
        cls._entered -= 1
        if cls._entered == 0:
            cls.end()

    @classmethod
    def end(cls):
        ignored, cls._ignored = cls._ignored, ()
        for number in ignored:
            _polyproc.runtime.signals().ignore(number)


@forking.after_in_child
def _forget_other_threads():
    if _Restoring._entered:
        _Restoring._entered = 0
        _Restoring.end()


def _descriptors(fds):
    """Those that the program is to have; `subprocess` passes them sorted."""
    try:
        numbers = [operator.index(fd) for fd in fds]
    except TypeError:
        numbers = [-1]  # no number, as a negative one is refused
    if any(not 0 <= number <= 0x7FFFFFFF for number in numbers) or any(a >= b for a, b in zip(numbers, numbers[1:])):
        raise ValueError("bad value(s) in fds_to_keep")
    return tuple(numbers)


class _Child:
    """What a child does until it is another program.

    message: tells `subprocess` what an OSError is about: the program, "noexec" (something before), or "noexec:chdir".
    """

    def __init__(self, args, executables, close_fds, pass_fds, cwd, env):
        self._args = [os.fsencode(arg) for arg in args]
        self._executables = list(executables)
        self._close_fds = close_fds
        self._pass_fds = pass_fds
        self._cwd = None if cwd is None else os.fsencode(cwd)
        self._env = None if env is None else dict(os.fsencode(each).partition(b"=")[::2] for each in env)
        self.message = "noexec"

    def take_streams(self, p2cread, p2cwrite, c2pread, c2pwrite, errread, errwrite, errpipe_read):
        for fd in self._pass_fds:
            os.set_inheritable(fd, True)
        for fd in p2cwrite, c2pread, errread, errpipe_read:
            if fd >= 0:
                os.close(fd)
        # Or what is put in the place of one stream would close what is to be another one.
        if c2pwrite == 0:
            c2pwrite = os.dup(c2pwrite)
        while errwrite in (0, 1):
            errwrite = os.dup(errwrite)
        for source, stream in (p2cread, 0), (c2pwrite, 1), (errwrite, 2):
            if source == stream:
                os.set_inheritable(source, True)
            elif source >= 0:
                os.dup2(source, stream)

    def become(self, session, group, gid, groups, uid, umask, restore_signals):
        if self._cwd is not None:
            self.message = "noexec:chdir"
            os.chdir(self._cwd)
            self.message = "noexec"
        if umask >= 0:
            os.umask(umask)
        if restore_signals:
            import signal

            for number in _RESTORED:
                signal.signal(number, signal.SIG_DFL)
        if session:
            os.setsid()
        if group >= 0:
            os.setpgid(0, group)
        if groups is not None:
            os.setgroups(groups)
        if gid is not None:
            os.setregid(gid, gid)
        if uid is not None:
            os.setreuid(uid, uid)

    def prepare(self, preexec_fn):
        """Calls the function; returns what is to be reported if it fails."""
        if preexec_fn is not None:
            try:
                preexec_fn()
            except BaseException:
                return "SubprocessError:0:Exception occurred in preexec_fn."
        return None

    def execute(self):
        """Returns only if no executable can be executed, with the error of the last one that is there."""
        # Not closed at once, as the JVM still reads from its own.
        if self._close_fds:
            call_long("syscall", _SYS_CLOSE_RANGE, 3, 0xFFFFFFFF, _CLOSE_RANGE_CLOEXEC)
            for fd in self._pass_fds:
                os.set_inheritable(fd, True)
        number = 2
        for executable in self._executables:
            try:
                if self._env is None:
                    execute_with_own_variables(executable, self._args)
                else:
                    os.execve(executable, self._args, self._env)
            except OSError as e:
                if e.errno not in (2, 20):
                    number = e.errno
        self.message = ""
        return f"OSError:{number:x}:"
