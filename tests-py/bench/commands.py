"""Runs programs under one Python: CPython, or polyproc with or without a daemon of its own."""

import glob
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import memory

HERE = os.path.dirname(os.path.abspath(__file__))
TIMEOUT = 240
SAMPLE_EVERY = 0.02
"""How many seconds pass between two samples of a program that is watched."""

TIMED = """TIMEFORMAT=%R; { time "${@:2}" 2>&3 3>&-; } 3>&2 2>"$1" """
"""Runs a command in a shell and writes to the file $1 how many seconds it took."""

BACKGROUND = "polyproc: daemon", "polyproc: standby", "polyproc: heir"
"""The titles of a daemon's processes that run no program."""


def find_cpython(wanted):
    """The path of a CPython 3.12, or None."""
    for name in (wanted, os.environ.get("POLYPROC_CPYTHON")):
        if name == "none":
            return None
    candidates = [wanted, os.environ.get("POLYPROC_CPYTHON"),
                  *sorted(glob.glob(os.path.expanduser("~/.pyenv/versions/3.12*/bin/python"))),
                  shutil.which("python3.12")]
    question = "import sys; print(sys.implementation.name, *sys.version_info[:2])"
    for candidate in filter(None, candidates):
        try:
            found = subprocess.run([candidate, "-I", "-c", question], capture_output=True, text=True)
        except OSError:
            continue
        if found.stdout.strip() == "cpython 3 12":
            return os.path.realpath(candidate)
    return None


def find_polyproc():
    """The path of the command: this distribution's, or that of the source tree."""
    for path in ("../../bin/polyproc", "../../polyproc"):
        path = os.path.normpath(os.path.join(HERE, path))
        if os.access(path, os.X_OK):
            return path
    raise SystemExit("compare.py: polyproc was not found")


class Bench:
    """Runs programs under one Python."""

    def __init__(self, name, command, environment, seconds):
        self.name = name
        self.command = command
        self.seconds = seconds
        self._environment = environment

    def run(self, *arguments, seconds=TIMEOUT, before=(), sample=None):
        """What a program prints; None if it fails or does not end, which is said.

        before: a command that runs the program's; sample: called with the pid, again and again while it runs.
        """
        process = subprocess.Popen([*before, *self.command, *arguments], env=self._environment, text=True,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, start_new_session=True)
        try:
            output, errors = _communicate(process, seconds, sample)
        except subprocess.TimeoutExpired:
            return self._fail(arguments, f"took more than {seconds} seconds")
        finally:
            if process.returncode is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.communicate()
        if process.returncode != 0:
            return self._fail(arguments, f"exit status {process.returncode}\n{errors}")
        return output

    def timed(self, *arguments):
        """What a program prints, and how many seconds it takes from the shell; None for both if it fails."""
        with tempfile.NamedTemporaryFile("r") as file:
            output = self.run(*arguments, before=("bash", "-c", TIMED, "bash", file.name))
            return output, None if output is None else float(file.read())

    def peak_memory(self, *arguments):
        """What a program prints, and the most memory that all its processes had at once, in MB; else None twice."""
        peak = 0

        def sample(pid):
            nonlocal peak
            peak = max(peak, memory.total(self.processes(pid)))
        output = self.run(*arguments, sample=sample)
        return output, None if output is None else peak

    def processes(self, pid):
        """The pids of all processes of the program whose command has this pid."""
        return memory.descendants(pid)

    def settle(self, quiet=0):
        """Waits until the next program finds what the first one found."""

    def _fail(self, arguments, reason):
        print(f"compare.py: {self.name}: {os.path.basename(arguments[0])} "
              f"{' '.join(arguments[1:])}: {reason}", file=sys.stderr)

    def area(self, name, method, workers):
        """The figures of an area: a dict, or None."""
        output = self.run(os.path.join(HERE, "areas.py"), name, "--method", method, "--seconds",
                          str(self.seconds), "--workers", str(workers))
        return None if output is None else json.loads(output)

    def wall(self, script):
        """How long a script takes from the shell, in seconds; None if it fails."""
        begin = time.perf_counter()
        output = self.run(script)
        return None if output is None else time.perf_counter() - begin


def _communicate(process, seconds, sample):
    end = time.monotonic() + seconds
    while True:
        try:
            return process.communicate(timeout=SAMPLE_EVERY if sample else seconds)
        except subprocess.TimeoutExpired:
            if time.monotonic() >= end:
                raise
            sample(process.pid)


class Polyproc(Bench):
    """Runs programs under polyproc, with a daemon that nobody else uses, or without one.

    folder: the daemon's; settings: environment variables. POLYPROC_DAEMON=off means that there is no daemon.
    """

    def __init__(self, command, folder, seconds=0, name="polyproc", settings=None):
        self.folder = folder
        environment = {**os.environ, "POLYPROC_RUNTIME_DIR": folder, "POLYPROC_DAEMON_IDLE": "7200"}
        environment.pop("POLYPROC_DAEMON", None)
        environment.update(settings or {})
        self.has_daemon = environment.get("POLYPROC_DAEMON") != "off"
        self._daemon = None
        super().__init__(name, [command], environment, seconds)

    def start_daemon(self):
        """A daemon whose standby workers are ready."""
        if not self.has_daemon:
            return
        os.makedirs(self.folder, 0o700, exist_ok=True)
        self._daemon = int(self.run("daemon", "start").split()[1])
        # A first program tells the daemon what kind of standbys to keep.
        self.run("-c", "import multiprocessing")
        self.settle()

    def stop_daemon(self):
        if glob.glob(os.path.join(self.folder, "*.sock")):
            self.run("daemon", "stop")
        end = time.monotonic() + 20
        while glob.glob(os.path.join(self.folder, "*.sock")) and time.monotonic() < end:
            time.sleep(0.1)

    def processes(self, pid):
        """A program's processes are the daemon's children, beside those of its command."""
        daemons = memory.descendants(self._daemon) - self.background() if self._daemon else set()
        return memory.descendants(pid) | daemons

    def background(self):
        """The pids of the daemon and of the workers that run no program."""
        pids = memory.descendants(self._daemon) if self._daemon else ()
        return {pid for pid in pids if memory.title(pid) in BACKGROUND}

    def background_memory(self):
        """Their memory in MB, if there is a daemon."""
        return memory.total(self.background())

    def settle(self, quiet=3):
        """Waits until the daemon's workers have had nothing more to prepare for so many seconds.

        They practise for a minute or two.
        """
        if not self.has_daemon:
            return
        end = time.monotonic() + (0 if self._environment.get("POLYPROC_PRACTICE") == "off" else 300)
        while "practised     no" in (self.run("daemon", "status") or "") and time.monotonic() < end:
            time.sleep(5)
        end = time.monotonic() + 200
        idle = 0
        before = self._processor_time()
        while idle < quiet and time.monotonic() < end:
            time.sleep(1)
            now = self._processor_time()
            idle = idle + 1 if now - before < 0.1 else 0
            before = now

    def _processor_time(self):
        """Seconds that the processes with this daemon's folder in their environment have used."""
        total = 0
        mark = f"POLYPROC_RUNTIME_DIR={self.folder}\0".encode()
        for path in glob.glob("/proc/[0-9]*"):
            try:
                with open(path + "/environ", "rb") as file:
                    if mark not in file.read() + b"\0":
                        continue
                with open(path + "/stat", encoding="utf-8", errors="replace") as file:
                    fields = file.read().rpartition(")")[2].split()
            except OSError:
                continue  # ended meanwhile, or another user's
            total += int(fields[11]) + int(fields[12])
        return total / os.sysconf("SC_CLK_TCK")
