"""A process of another node's program: what `HostedProcess` in Java starts."""

import io
import os
import pickle
import sys
import threading
import types

import _polyproc
from _polyproc.cluster import addresses, modules, wire
from _polyproc.process import environment
from _polyproc.process.descriptors import call
from _polyproc.process.rebuilding import inheriting

_TOKEN = "POLYPROC_CLUSTER_PROCESS"
_PIDS = "POLYPROC_CLUSTER_PIDS"
_own_pid = None
_home_pid = None


class _Home:
    """The channel to what stands for this process at home; one question at a time. A forked child opens its own."""

    def __init__(self):
        self._attach()

    def _attach(self):
        self.channel = wire.keep(wire.connect("attach", os.environ[_TOKEN]))
        self.channel.recv_bytes()
        self._lock = threading.Lock()
        self._pid = _getpid()

    def ask(self, *fields):
        if _getpid() != self._pid:
            self._attach()
        with self._lock:
            self.channel.send_bytes(wire.pack(*fields))
            return wire.unpack(self.channel.recv_bytes())


def main() -> None:
    """Becomes the process and ends as it does."""
    global _own_pid, _home_pid
    _own_pid = os.getpid()
    home = _Home()
    channel = home.channel
    _polyproc.runtime.endWithParent(int(call("openPidfd", _getppid())))
    stub, size, payload, *names = wire.unpack(channel.recv_bytes())
    whole = bytearray(payload)
    while len(whole) < int(size):
        whole += home.ask("start", len(whole))[0]
    addresses.passed[:] = [name.decode() for name in names]
    start = pickle.loads(whole)
    wire.member.home = stub.decode()
    _home_pid = int(wire.member.home.rpartition("#")[2])
    os.environ[_PIDS] = f"{_own_pid} {_home_pid}"
    _show_pids(start["parent"])
    _polyproc.runtime.setTitle(start["title"])
    _polyproc.runtime.setStartMethod(start["method"])
    modules.install(home.ask)
    environment.replace({**environment.raw(), **start["environment"]})
    os.umask(start["umask"])
    _move(start["cwd"])
    if start["method"] == "fork":
        _run_forked(start["body"], channel)
    else:
        _run_spawned(start, channel)


def join() -> None:
    """Lets a process that one of another node's program has spawned here import what that can."""
    from multiprocessing import spawn

    if _TOKEN not in os.environ:
        return
    home = _Home()
    modules.install(home.ask)
    parent_pid = os.getppid
    for module in os, sys.modules["posix"]:
        module.getppid = lambda: _shown(parent_pid())
    spawn._fixup_main_from_path = lambda path: _import_main(path, *home.ask("main", path))


def _move(folder):
    """The parent's folder, if this machine has it too; else an empty one."""
    if folder is not None:
        try:
            os.chdir(folder)
        except OSError:
            pass


_getpid = os.getpid
_getppid = os.getppid
_kill = os.kill


def _show_pids(parent):
    """The process has the pid that its parent knows it by; forked children have their own."""

    def getpid():
        pid = _getpid()
        return _home_pid if pid == _own_pid else pid

    def getppid():
        return parent if _getpid() == _own_pid else _shown(_getppid())

    def kill(pid, signal):
        _kill(_own_pid if pid == _home_pid else pid, signal)

    for module in os, sys.modules["posix"]:
        module.getpid, module.getppid, module.kill = getpid, getppid, kill


def _shown(pid):
    """The pid that the program knows a process of this node by."""
    own, shown = map(int, os.environ[_PIDS].split())
    return shown if pid == own else pid


def _run_spawned(start, channel):
    from multiprocessing import reduction, spawn

    source = io.BytesIO(start["body"])
    with inheriting():
        preparation = reduction.load(source)
        if not os.path.isdir(preparation.get("dir") or ""):
            preparation.pop("dir", None)
        spawn.prepare(preparation)
        if start["main"] is not None:
            _import_main(*start["main"])
        process_obj = reduction.load(source)
    sys.exit(process_obj._bootstrap(parent_sentinel=os.dup(channel.fileno())))


def _import_main(path, source):
    """As `spawn` imports it from its path."""
    from multiprocessing import spawn

    main = types.ModuleType("__mp_main__")
    loader = modules.HomeLoader("__mp_main__", path, source)
    vars(main).update(__file__=path, __loader__=loader, __spec__=None)
    spawn.old_main_modules.append(sys.modules["__main__"])
    sys.modules["__main__"] = sys.modules["__mp_main__"] = main
    loader.exec_module(main)


def _run_forked(body, channel):
    from _polyproc.boot import lifecycle, streams
    from _polyproc.snapshot.program import restore

    status = 1
    try:
        with inheriting():
            process_obj = restore(body)
        status = process_obj._bootstrap(parent_sentinel=os.dup(channel.fileno()))
    except BaseException as e:
        lifecycle.report(e, hidden_frames=False)
    streams.flush_all()
    os._exit(status & 0xFF)
