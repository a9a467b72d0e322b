#!/usr/bin/env python3
"""Measures what it costs to look at programs, and to have them tell of themselves.

    tests-py/bench/observation.py [--polyproc COMMAND] [--processes N] [--rounds N] [PART …]

ps         seconds of the whole command, with so many forked processes that wait
why        the same of `why`, of two processes that hold each other's lock
dashboard  shares of a processor that the command uses while a page is open, and what the processes use in addition to
           what they do anyway
paint      milliseconds from the page's address to the first paint, in a headless Chromium by chromedriver
timeline   processor time of programs with `--timeline` in relation to that without, in pairs
profile    the same with `--profile`

Figures are medians; with them come the least and the greatest. Other work on the machine falsifies all but the last two,
and blurs these.
"""

import argparse
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

from commands import find_polyproc

WAITING = """
import os, signal, sys, time
for _ in range(int(sys.argv[1])):
    if os.fork() == 0:
        while True:
            time.sleep(1000)
print("ready", flush=True)
time.sleep(1000)
"""
LOCKS = """
import multiprocessing, time
def take_both(first, second, ready):
    with first:
        ready.wait()
        with second:
            pass
if __name__ == "__main__":
    a, b, ready = multiprocessing.Lock(), multiprocessing.Lock(), multiprocessing.Barrier(2)
    for locks in (a, b), (b, a):
        multiprocessing.Process(target=take_both, args=(*locks, ready)).start()
    time.sleep(2)
    print("ready", flush=True)
    time.sleep(1000)
"""
PROGRAMS = {
    "tasks of 5 ms": """
import multiprocessing
def work(number):
    total = 0
    for i in range(10_000):
        total += i * number & 7
    return total
if __name__ == "__main__":
    with multiprocessing.Pool(2) as pool:
        sum(pool.imap(work, range(6000)))
""",
    "300,000 empty tasks": """
import multiprocessing
def double(number):
    return 2 * number
if __name__ == "__main__":
    with multiprocessing.Pool(2) as pool:
        for _ in range(3):
            sum(pool.map(double, range(100_000), chunksize=1))
""",
    "60,000 round trips": """
import multiprocessing
def echo(requests, answers):
    for value in iter(requests.get, None):
        answers.put(value)
if __name__ == "__main__":
    requests, answers = multiprocessing.Queue(), multiprocessing.Queue()
    process = multiprocessing.Process(target=echo, args=(requests, answers))
    process.start()
    for value in range(60_000):
        requests.put(value)
        answers.get()
    requests.put(None)
    process.join()
""",
    "a contended lock": """
import multiprocessing
def count(lock, number):
    for _ in range(100_000):
        with lock:
            number.value += 1
if __name__ == "__main__":
    lock, number = multiprocessing.Lock(), multiprocessing.Value("i", lock=False)
    processes = [multiprocessing.Process(target=count, args=(lock, number)) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
""",
}


class Program:
    """A program that runs while it is looked at, and has said that it is ready."""

    def __init__(self, command, code, *arguments):
        self._command, self._code, self._arguments = command, code, arguments

    def __enter__(self):
        self._process = subprocess.Popen(
            [self._command, "-c", self._code, *self._arguments], text=True, stdout=subprocess.PIPE, start_new_session=True
        )
        if self._process.stdout.readline() != "ready\n":
            sys.exit("the program to be looked at could not start")
        return self._process

    def __exit__(self, *_):
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


def show(name, values, unit, digits=2):
    print(
        f"{name:<42} {statistics.median(values):8.{digits}f} {unit:<3}"
        f" ({min(values):.{digits}f} to {max(values):.{digits}f}, {len(values)})",
        flush=True,
    )


def seconds_of(*command):
    begin = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begin


def measure_ps(options):
    with Program(options.polyproc, WAITING, str(options.processes)):
        time.sleep(2)
        listed = json.loads(subprocess.run([options.polyproc, "ps", "--json"], capture_output=True).stdout)
        answered = sum(row["state"] == "sleeping" for row in listed)
        print(f"{len(listed)} processes are listed, {answered} say that they sleep")
        show(f"ps of {options.processes} processes", [seconds_of(options.polyproc, "ps") for _ in range(options.rounds)], "s")


def measure_why(options):
    with Program(options.polyproc, LOCKS) as program:
        show(
            "why of a deadlock of two",
            [seconds_of(options.polyproc, "why", str(program.pid)) for _ in range(options.rounds)],
            "s",
        )


def processor_seconds(pids):
    total = 0
    for pid in pids:
        with open(f"/proc/{pid}/stat") as file:
            fields = file.read().rpartition(") ")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / os.sysconf("SC_CLK_TCK")


def percent_used(pids, action):
    """How much of a processor they use while something is done."""
    used, begin = processor_seconds(pids), time.monotonic()
    action()
    return 100 * (processor_seconds(pids) - used) / (time.monotonic() - begin)


def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children") as file:
        return [int(child) for child in file.read().split()]


class Dashboard:
    def __init__(self, command):
        self._command = command

    def __enter__(self):
        self.process = subprocess.Popen([self._command, "dashboard"], text=True, stdout=subprocess.PIPE)
        self.address = self.process.stdout.readline().strip()
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


def measure_dashboard(options):
    with Program(options.polyproc, WAITING, str(options.processes)) as program, Dashboard(options.polyproc) as dashboard:
        base, _, secret = dashboard.address.partition("/?secret=")
        events = urllib.request.Request(base + "/events", headers={"Cookie": "polyproc=" + secret})
        own, observed = [dashboard.process.pid], [program.pid, *children(program.pid)]
        before = percent_used(observed, lambda: time.sleep(10))
        shares = []
        with urllib.request.urlopen(events) as stream:

            def listen():
                end = time.monotonic() + 10
                while time.monotonic() < end:
                    stream.readline()

            for _ in range(3):  # the command's own code is interpreted at first
                listen()
            for _ in range(options.rounds):
                begin = processor_seconds(observed), time.monotonic()
                shares.append(
                    (
                        percent_used(own, listen),
                        100 * (processor_seconds(observed) - begin[0]) / (time.monotonic() - begin[1]) - before,
                    )
                )
        show(f"dashboard with {options.processes} processes: itself", [share for share, _ in shares], "%")
        show("  and what the processes use more", [share for _, share in shares], "%")


def driver(session, method, path, body):
    request = urllib.request.Request(session + path, json.dumps(body).encode(), method=method)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)["value"]


def measure_paint(options):
    program = shutil.which("chromedriver")
    if program is None:
        print("paint: there is no chromedriver")
        return
    process = subprocess.Popen([program, "--port=0"], stdout=subprocess.PIPE, text=True)
    session = None
    try:
        port = next(line for line in process.stdout if "on port" in line).rstrip(".\n").rpartition(" ")[2]
        session = f"http://127.0.0.1:{port}/session"
        arguments = {"args": ["--headless=new", "--no-sandbox", "--disable-gpu"]}
        capabilities = {"capabilities": {"alwaysMatch": {"goog:chromeOptions": arguments}}}
        session += "/" + driver(session, "POST", "", capabilities)["sessionId"]
        figures = []
        with Program(options.polyproc, WAITING, str(options.processes)):
            for _ in range(options.rounds):
                with Dashboard(options.polyproc) as dashboard:  # a new one, whose code is cold
                    driver(session, "POST", "/url", {"url": dashboard.address})
                    script = (
                        "return performance.getEntriesByName('first-contentful-paint')"
                        ".map(entry => entry.startTime)[0] ?? null"
                    )
                    paint = None
                    for _ in range(100):
                        paint = driver(session, "POST", "/execute/sync", {"script": script, "args": []})
                        if paint is not None:
                            figures.append(paint)
                            break
                        time.sleep(0.05)
        show("first paint of a dashboard just started", figures, "ms", 0)
    finally:
        if session is not None and session.count("/") > 3:
            driver(session, "DELETE", "", {})
        process.kill()
        process.wait()


def processor_time(command):
    """That of a command and all its processes."""
    with open(os.devnull, "w") as null:
        process = subprocess.Popen(command, stdout=null)
        _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f"{command}: status {status}")
    return usage.ru_utime + usage.ru_stime


def measure_recording(options, option):
    with tempfile.TemporaryDirectory() as folder:
        for name, code in PROGRAMS.items():
            ratios, without = [], []
            script = os.path.join(folder, "program.py")
            with open(script, "w") as file:
                file.write(code)
            for _ in range(options.rounds):
                without.append(processor_time([options.polyproc, script]))
                told = processor_time([options.polyproc, "run", option, os.path.join(folder, "file"), script])
                ratios.append(100 * (told / without[-1] - 1))
                print(f"  {name}: {without[-1]:.2f} s, with {option} {told:.2f} s", file=sys.stderr, flush=True)
            show(f"{option}, {name} ({statistics.median(without):.1f} s)", ratios, "%", 1)


PARTS = {
    "ps": measure_ps,
    "why": measure_why,
    "dashboard": measure_dashboard,
    "paint": measure_paint,
    "timeline": lambda options: measure_recording(options, "--timeline"),
    "profile": lambda options: measure_recording(options, "--profile"),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("parts", nargs="*", metavar="PART", help="by default all: " + ", ".join(PARTS))
    parser.add_argument("--polyproc", help="the command; by default this distribution's")
    parser.add_argument("--processes", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    unknown = set(options.parts) - set(PARTS)
    if unknown:
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    options.polyproc = options.polyproc or find_polyproc()
    for name, measure in PARTS.items():
        if not options.parts or name in options.parts:
            measure(options)


if __name__ == "__main__":
    main()
