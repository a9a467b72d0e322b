"""What modules of the standard library lack in GraalPy 25.0.3, or have otherwise: for the most part one file a module.

A module that a program imports gets what it lacks at that moment (`find_spec`). Modules that are imported
at every boot (`os`, `time`, `select` ...) get a `__getattr__` and a `__dir__` instead: the first use of a
missing name executes the file that has it, which puts everything it has into the module's namespace. So a
boot executes none of these files, and `dir`, `hasattr`, `from os import *` and `inspect` see all names.

Other files mend what every program uses (threads, files, signals, sleep, tracebacks ...): `boot.entry` imports
and installs them at every boot. `boot.finder` loads those that only some packages need.
"""

import sys as _sys  # `sys` is a file of this package
from importlib import import_module
from importlib.machinery import SourceFileLoader

_AT_BOOT = {
    "os": {
        "os_constants": """
            CLD_CONTINUED CLD_DUMPED CLD_EXITED CLD_KILLED CLD_STOPPED CLD_TRAPPED CLONE_FILES CLONE_FS
            CLONE_NEWCGROUP CLONE_NEWIPC CLONE_NEWNET CLONE_NEWNS CLONE_NEWPID CLONE_NEWTIME CLONE_NEWUSER
            CLONE_NEWUTS CLONE_SIGHAND CLONE_SYSVSEM CLONE_THREAD CLONE_VM EFD_CLOEXEC EFD_NONBLOCK
            EFD_SEMAPHORE F_LOCK F_TEST F_TLOCK F_ULOCK GRND_NONBLOCK GRND_RANDOM MFD_ALLOW_SEALING
            MFD_CLOEXEC MFD_HUGETLB MFD_HUGE_16GB MFD_HUGE_16MB MFD_HUGE_1GB MFD_HUGE_1MB MFD_HUGE_256MB
            MFD_HUGE_2GB MFD_HUGE_2MB MFD_HUGE_32MB MFD_HUGE_512KB MFD_HUGE_512MB MFD_HUGE_64KB MFD_HUGE_8MB
            MFD_HUGE_MASK MFD_HUGE_SHIFT NGROUPS_MAX POSIX_FADV_DONTNEED POSIX_FADV_NOREUSE
            POSIX_FADV_NORMAL POSIX_FADV_RANDOM POSIX_FADV_SEQUENTIAL POSIX_FADV_WILLNEED POSIX_SPAWN_CLOSE
            POSIX_SPAWN_DUP2 POSIX_SPAWN_OPEN PRIO_PGRP PRIO_PROCESS PRIO_USER P_ALL P_PGID P_PID P_PIDFD
            RTLD_DEEPBIND RTLD_NODELETE RTLD_NOLOAD RWF_APPEND RWF_DSYNC RWF_HIPRI RWF_NOWAIT RWF_SYNC
            SCHED_BATCH SCHED_FIFO SCHED_IDLE SCHED_OTHER SCHED_RESET_ON_FORK SCHED_RR SPLICE_F_MORE
            SPLICE_F_MOVE SPLICE_F_NONBLOCK ST_APPEND ST_MANDLOCK ST_NOATIME ST_NODEV ST_NODIRATIME
            ST_NOEXEC ST_NOSUID ST_RDONLY ST_RELATIME ST_SYNCHRONOUS ST_WRITE TMP_MAX WCONTINUED WEXITED
            WNOWAIT WSTOPPED XATTR_CREATE XATTR_REPLACE XATTR_SIZE_MAX confstr_names pathconf_names""",
        "os_files": """
            closerange confstr copy_file_range device_encoding eventfd eventfd_read eventfd_write fdatasync
            fpathconf getrandom getxattr listxattr lockf major makedev memfd_create minor mkfifo mknod
            pathconf pipe2 posix_fadvise posix_fallocate pread preadv pwrite pwritev readv removexattr
            sendfile setxattr splice sync writev""",
        "os_exec": "execve posix_spawn posix_spawnp",
        "os_process": """
            pidfd_open setns times times_result unshare wait wait3 wait4 waitid waitid_result""",
        "os_scheduling": """
            getpriority nice sched_get_priority_max sched_get_priority_min sched_getaffinity sched_getparam
            sched_getscheduler sched_param sched_rr_get_interval sched_setaffinity sched_setparam
            sched_setscheduler sched_yield setpriority""",
        "os_users": """
            chroot getgrouplist getlogin getresgid getresuid initgroups login_tty setegid seteuid setgid
            setgroups setregid setresgid setresuid setreuid setuid tcgetpgrp tcsetpgrp ttyname""",
        "os_sysconf": "sysconf sysconf_names",
        "os_spawn": """
            P_NOWAIT P_NOWAITO P_WAIT spawnl spawnle spawnlp spawnlpe spawnv spawnve spawnvp spawnvpe""",
    },
    "time": {
        "time": """
            CLOCK_BOOTTIME CLOCK_MONOTONIC CLOCK_MONOTONIC_RAW CLOCK_PROCESS_CPUTIME_ID CLOCK_REALTIME
            CLOCK_TAI CLOCK_THREAD_CPUTIME_ID clock_getres clock_gettime clock_gettime_ns clock_settime
            clock_settime_ns pthread_getcpuclockid tzset""",
    },
    "select": {
        "select": """
            EPOLLERR EPOLLET EPOLLEXCLUSIVE EPOLLHUP EPOLLIN EPOLLMSG EPOLLONESHOT EPOLLOUT EPOLLPRI
            EPOLLRDBAND EPOLLRDHUP EPOLLRDNORM EPOLLWRBAND EPOLLWRNORM EPOLL_CLOEXEC epoll""",
    },
    "errno": {"errno": "ENOTSUP"},
    "faulthandler": {"faulthandler": "_sigsegv register unregister"},
    "gc": {
        "gc": """
        freeze garbage get_freeze_count get_threshold is_finalized set_threshold unfreeze"""
    },
    "sys": {
        "sys": """
        activate_stack_trampoline call_tracing deactivate_stack_trampoline getallocatedblocks
        getswitchinterval is_stack_trampoline_active stdlib_module_names"""
    },
    "encodings": {"encodings": "utf_8"},
}
"""Modules of every boot: which file of this package has which of the names that they lack."""

_REPLACED = {
    "os": ("sysconf", "sysconf_names"),
    "posix": ("sysconf", "sysconf_names"),
    "sys": ("getswitchinterval", "stdlib_module_names"),
    "time": ("tzset",),
    "faulthandler": ("_sigsegv",),
}
"""Names that these modules have, but not as CPython does."""

_OS_ONLY = "os_spawn"
"""Names that CPython's `posix` has not."""

_ON_IMPORT = {
    **{
        name: (name,)
        for name in (
            "_posixsubprocess",
            "binascii",
            "datetime",
            "fcntl",
            "hashlib",
            "locale",
            "math",
            "mmap",
            "pwd",
            "re",
            "readline",
            "resource",
            "signal",
            "socket",
            "ssl",
            "zlib",
        )
    },
    "_blake2": ("blake2",),
    "_hashlib": ("openssl_digests",),
    "_lsprof": ("profiler",),
    "_sha3": ("shake",),
    "_sqlite3": ("sqlite_cursors",),
    "concurrent.futures.process": ("executors",),
    "concurrent.futures.thread": ("executors",),
    "zoneinfo._tzpath": ("zone_folders",),
    **{name: ("closing_classes",) for name in ("bz2", "dbm.dumb", "gzip", "lzma", "shelve", "tempfile", "wave", "zipfile")},
}
"""Modules that get what they lack, or have otherwise than CPython, when they are imported: by which files."""

_ON_THEIR_OWN = frozenset(("_curses", "_symtable", "_tracemalloc", "grp", "pyclbr", "spwd", "syslog"))
"""Modules that GraalPy has not, or not as CPython's: a file of this package is the module."""

_being_found = set()
_replaced = {}
"""What the modules had."""


def install():
    """Lets the modules of every boot have what they lack."""
    for name, files in _AT_BOOT.items():
        _offer(import_module(name), files)
    posix = _sys.modules["posix"]
    _offer(posix, {file: names for file, names in _AT_BOOT["os"].items() if file != _OS_ONLY})


def _offer(module, files):
    namespace = vars(module)
    missing = {}

    def __getattr__(name):
        _list_names()
        if name == "__all__" and all_names is not None:
            return _all_names()
        file = missing.get(name)
        if file is None:
            raise AttributeError(f"module {module.__name__!r} has no attribute {name!r}")
        return _load(file)[name]

    def __dir__():
        _list_names()
        return sorted({*namespace, *missing} - {"__getattr__", "__dir__"})

    def _list_names():
        if not missing:
            missing.update((name, file) for file, names in files.items() for name in names.split())

    def _all_names():
        all_names.extend(name for name in missing if name not in all_names)
        namespace["__all__"] = all_names
        return all_names

    all_names = namespace.pop("__all__", None)
    for name in _REPLACED.get(module.__name__, ()):
        _replaced[name] = namespace.pop(name, None)
    namespace["__getattr__"] = __getattr__
    namespace["__dir__"] = __dir__
    if module is _sys:
        _note(("__getattr__", "__dir__"))


def _note(names):
    """Lets these attributes of `sys` count as the interpreter's, which a forked child has by itself."""
    from _polyproc.snapshot import baseline

    baseline.sys_attributes.update((name, vars(_sys)[name]) for name in names)


def _load(file):
    """Executes a file and puts what it has into the modules that lack it; returns its namespace."""
    namespace = vars(import_module(f"{__name__}.{file}"))
    for name, files in _AT_BOOT.items():
        if file in files:
            targets = [name, "posix"] if name == "os" and file != _OS_ONLY else [name]
            for target in targets:
                target = vars(_sys.modules[target])
                for each in files[file].split():
                    target.setdefault(each, namespace[each])
            if name == "sys":
                _note(files[file].split())
    return namespace


def find_spec(name):
    """How to load a module that lacks something; None for others."""
    if name in _ON_THEIR_OWN:
        return _find_own(name)
    if name not in _ON_IMPORT or name in _being_found:
        return None
    spec = find_original(name)
    if spec is None or spec.loader is None or not _is_stdlib(spec):
        return None
    spec.loader = (_SourceLoader if type(spec.loader) is SourceFileLoader else _Loader)(spec.loader)
    return spec


def _find_own(name):
    import os
    from importlib.util import spec_from_file_location

    import _polyproc

    path = os.path.join(_polyproc.folder, "compat", name + ".py")
    return spec_from_file_location(name, path) if os.path.exists(path) else None


def find_original(name):
    """How the other finders would load a module; None if they find none."""
    parent = name.rpartition(".")[0]
    _being_found.add(name)
    try:
        for finder in _sys.meta_path:
            spec = finder.find_spec(name, _sys.modules[parent].__path__ if parent else None)
            if spec is not None:
                return spec
    finally:
        _being_found.discard(name)
    return None


def _is_stdlib(spec):
    """Whether it is the module of the standard library, and not a program's of the same name."""
    from _polyproc.warmup import preload

    return spec.origin in ("built-in", "frozen") or (spec.origin or "").startswith(preload.PYTHON_HOME)


class _Loader:
    """Loads a module as its own loader would, and then gives it what it lacks."""

    def __init__(self, loader):
        self._loader = loader

    def __getattr__(self, name):
        return getattr(self._loader, name)

    def create_module(self, spec):
        return self._loader.create_module(spec)

    def exec_module(self, module):
        module.__spec__.loader = module.__loader__ = self._loader  # nothing is to tell that it came in this way
        files = [import_module(f"{__name__}.{file}") for file in _ON_IMPORT[module.__name__]]
        for file in files:
            prepare = getattr(file, "prepare", None)
            if prepare is not None:
                prepare()
        self._loader.exec_module(module)
        for file in files:
            file.install(module)


class _SourceLoader(_Loader, SourceFileLoader):  # type: ignore[misc]
    """The same for a module in Python, whose loader others know by its class."""

    def __init__(self, loader):
        SourceFileLoader.__init__(self, loader.name, loader.path)
        _Loader.__init__(self, loader)
