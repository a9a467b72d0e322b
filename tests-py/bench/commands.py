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
TIMED = """TIMEFORMAT=%R; { time "${@:2}" 2>&3 3>&-; } 3>&2 2>"$1" """
"""Runs a command in a shell and writes to the file $1 how many seconds it took."""

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
        self._daemon = None

    def run(self, *arguments, seconds=TIMEOUT, before=()):
        """What a program prints; None if it fails or does not end, which is said. before: a command that runs it."""
        process = subprocess.Popen([*before, *self.command, *arguments], env=self._environment, text=True,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, start_new_session=True)
        try:
            output, errors = process.communicate(timeout=seconds)
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
        with tempfile.NamedTemporaryFile("r") as file:
            sampler = os.path.join(HERE, "memory.sh")
            output = self.run(*arguments, before=("bash", sampler, file.name, str(self._daemon or 0)))
            return output, None if output is None else int(file.read()) / 1000

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
        super().__init__(name, [command], environment, seconds)

    def start_daemon(self):
        """A daemon whose standby workers are ready."""
        if not self.has_daemon:
            return
        os.makedirs(self.folder, 0o700, exist_ok=True)
        status = self.run("daemon", "start")
        if status is None:
            raise SystemExit(f"compare.py: {self.name}: its daemon does not start")
        self._daemon = int(status.split()[1])
        # A first program tells the daemon what kind of standbys to keep.
        self.run("-c", "import multiprocessing")
        self.settle()

    def stop_daemon(self):
        if glob.glob(os.path.join(self.folder, "*.sock")):
            self.run("daemon", "stop")
        end = time.monotonic() + 20
        while glob.glob(os.path.join(self.folder, "*.sock")) and time.monotonic() < end:
            time.sleep(0.1)

    def idle_memory(self):
        """The memory in MB of the daemon and its workers, while no program runs."""
        return memory.total(memory.descendants(self._daemon))

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
