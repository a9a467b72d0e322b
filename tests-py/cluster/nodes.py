"""Agents on this machine, for tests that kill them: each is a node of its own, on loopback or in a `Network`."""

import os
import shutil
import signal
import subprocess
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
POLYPROC = os.environ.get("POLYPROC") or os.path.join(ROOT, "target", "polyproc", "bin", "polyproc")


class Nodes:
    """A cluster whose nodes keep their keys in a temporary folder. Close it.

    network: in which each node has a place by its name; copies: on how many nodes items and locks are kept.
    """

    def __init__(self, cores=2, network=None, copies=2):
        self._network = network
        self._copies = str(copies)
        self.folder = tempfile.mkdtemp(prefix="polyproc-cluster-")
        self._cores = str(cores)
        self._join = None

    def environment(self, node="a"):
        """For programs of a node."""
        return {**os.environ, "POLYPROC_CLUSTER_FOLDER": self.folder, "POLYPROC_CLUSTER": node, "POLYPROC_IMAGE": "kept"}

    def command(self, *arguments, place=()):
        environment = self.environment()
        del environment["POLYPROC_CLUSTER"]
        done = subprocess.run(
            [*place, POLYPROC, "cluster", *arguments], env=environment, capture_output=True, text=True, timeout=150
        )
        if done.returncode:
            raise RuntimeError(f"cluster {' '.join(arguments)}: {done.stderr}")
        return done.stdout

    def start(self, name="a", cores=None):
        output = self._begin(name, "start", "--port", "0", "--copies", self._copies, cores=cores)
        self._join = output.strip().splitlines()[-1].split()[2:]

    def join(self, name):
        self._begin(name, *self._join)

    def _begin(self, name, *words, cores=None):
        words = [*words, "--name", name, "--cores", self._cores if cores is None else str(cores)]
        if self._network is None:
            return self.command(*words)
        return self.command(*words, "--address", self._network.address(name), place=self._network.inside(name))

    def pid(self, name):
        """The pid of a node's agent; None if it does not run."""
        wanted = os.path.join(self.folder, name)
        for entry in os.listdir("/proc"):
            if entry.isdecimal():
                try:
                    with open(f"/proc/{entry}/cmdline", "rb") as file:
                        words = file.read().decode("utf-8", "replace").split("\0")
                except OSError:
                    continue
                if wanted in words and "io.polyproc.cluster.AgentMain" in words:
                    return int(entry)
        return None

    def signal(self, name, number):
        pid = self.pid(name)
        if pid is not None:
            os.kill(pid, number)

    def log(self, name):
        with open(os.path.join(self.folder, name, "agent.log"), errors="replace") as file:
            return file.read()

    def close(self):
        names = os.listdir(self.folder)
        for name in names:
            self.signal(name, signal.SIGKILL)
        deadline = time.monotonic() + 10
        while any(self.pid(name) for name in names) and time.monotonic() < deadline:
            time.sleep(0.1)
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self.close()
