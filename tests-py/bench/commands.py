"""Runs programs under one Python: CPython or polyproc."""

import glob
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TIMEOUT = 240
TIMED = """TIMEFORMAT=%R; { time "${@:2}" 2>&3 3>&-; } 3>&2 2>"$1" """
"""Runs a command in a shell and writes to the file $1 how many seconds it took."""


def find_cpython(wanted):
    """The path of a CPython 3.12, or None."""
    for name in (wanted, os.environ.get("POLYPROC_CPYTHON")):
        if name == "none":
            return None
    candidates = [
        wanted,
        os.environ.get("POLYPROC_CPYTHON"),
        *sorted(glob.glob(os.path.expanduser("~/.pyenv/versions/3.12*/bin/python"))),
        shutil.which("python3.12"),
    ]
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

    def run(self, *arguments, seconds=TIMEOUT, before=()):
        """What a program prints; None if it fails or does not end, which is said. before: a command that runs it."""
        process = subprocess.Popen(
            [*before, *self.command, *arguments],
            env=self._environment,
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
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
            output = self.run(*arguments, before=("bash", sampler, file.name))
            return output, None if output is None else int(file.read()) / 1000

    def _fail(self, arguments, reason):
        print(
            f"compare.py: {self.name}: {os.path.basename(arguments[0])} {' '.join(arguments[1:])}: {reason}", file=sys.stderr
        )

    def area(self, name, method, workers):
        """The figures of an area: a dict, or None."""
        output = self.run(
            os.path.join(HERE, "areas.py"), name, "--method", method, "--seconds", str(self.seconds), "--workers", str(workers)
        )
        return None if output is None else json.loads(output)

    def wall(self, script):
        """How long a script takes from the shell, in seconds; None if it fails."""
        begin = time.perf_counter()
        output = self.run(script)
        return None if output is None else time.perf_counter() - begin


class Polyproc(Bench):
    """Runs programs under polyproc. settings: environment variables."""

    def __init__(self, command, seconds=0, name="polyproc", settings=None):
        super().__init__(name, [command], {**os.environ, **(settings or {})}, seconds)
