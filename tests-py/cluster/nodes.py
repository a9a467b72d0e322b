"""Agents on this machine, for tests that kill them: each is a node of its own on loopback."""

import os
import shutil
import signal
import subprocess
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
POLYPROC = os.environ.get("POLYPROC") or os.path.join(ROOT, "target", "polyproc", "bin", "polyproc")


class Nodes:
    """A cluster whose nodes keep their keys in a temporary folder. Close it."""

    def __init__(self, cores=2):
        self.folder = tempfile.mkdtemp(prefix="polyproc-cluster-")
        self._cores = str(cores)
        self._join = None

    def environment(self, node="a"):
        """For programs of a node."""
        return {**os.environ, "POLYPROC_CLUSTER_FOLDER": self.folder, "POLYPROC_CLUSTER": node, "POLYPROC_IMAGE": "kept"}

    def command(self, *arguments):
        environment = self.environment()
        del environment["POLYPROC_CLUSTER"]
        done = subprocess.run([POLYPROC, "cluster", *arguments], env=environment, capture_output=True, text=True,
                              timeout=150)
        if done.returncode:
            raise RuntimeError(f"cluster {' '.join(arguments)}: {done.stderr}")
        return done.stdout

    def start(self, name="a"):
        output = self.command("start", "--name", name, "--port", "0", "--cores", self._cores)
        self._join = output.strip().splitlines()[-1].split()[2:]

    def join(self, name):
        self.command(*self._join, "--name", name, "--cores", self._cores)

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
