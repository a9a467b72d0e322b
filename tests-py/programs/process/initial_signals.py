# conformance: a program finds CPython's actions of signals, also when it was started with signals ignored, and can set others
import os
import signal
import subprocess
import sys
import threading

STARTED_IGNORING = """
import os, signal
print("started with:", [int(n) for n in signal.valid_signals() if signal.getsignal(n) == signal.SIG_IGN])
for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM, signal.SIGUSR1, signal.SIGWINCH):
    os.kill(os.getpid(), number)
    calls = []
    print(" ", signal.signal(number, lambda *_: calls.append(number)), end=" ")
    os.kill(os.getpid(), number)
    print(calls, end=" ")
    signal.signal(number, signal.SIG_DFL)
    pid = os.fork()
    if pid == 0:
        os.kill(os.getpid(), number)
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"""
GREP = ["grep", "-o", "SigIgn:.*", "/proc/self/status"]


def ignored_of(output):
    bits = int(output.split()[1], 16)
    return [number for number in range(1, 32) if bits >> (number - 1) & 1]


def begin():
    print("ignored:", [int(number) for number in signal.valid_signals() if signal.getsignal(number) == signal.SIG_IGN])
    print("of a program:", ignored_of(subprocess.run(GREP, capture_output=True).stdout))
    print("not restored:", ignored_of(subprocess.run(GREP, capture_output=True, restore_signals=False).stdout))
    with os.popen(" ".join(GREP)) as shell:
        print("of a shell:", ignored_of(shell.read()))
    print("still:", signal.getsignal(signal.SIGPIPE), signal.getsignal(signal.SIGXFSZ))


def end_by_each():
    numbers = set(map(int, signal.valid_signals())) & set(range(1, 32))
    numbers -= {signal.SIGSTOP, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU, signal.SIGQUIT}
    print("from outside:")
    for number in sorted(numbers):
        pid = os.fork()
        if pid == 0:
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            os.write(ready_write, b".")
            signal.sigtimedwait([], 0.3)
            os._exit(0)
        os.read(ready, 1)
        os.kill(pid, number)
        print(" ", signal.Signals(number).name, os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
    pid = os.fork()
    if pid == 0:
        os.kill(os.getpid(), signal.SIGUSR2)
        os._exit(0)
    print("to itself:", os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))


def never_default():
    """A signal whose action changes between a function and SIG_IGN never ends the process."""
    done = False

    def send():
        while not done:
            os.kill(os.getpid(), signal.SIGUSR1)

    signal.signal(signal.SIGUSR1, lambda *_: None)
    thread = threading.Thread(target=send)
    thread.start()
    for _ in range(3000):
        signal.signal(signal.SIGUSR1, signal.SIG_IGN)
        signal.getsignal(signal.SIGUSR1)
        signal.signal(signal.SIGUSR1, lambda *_: None)
    done = True
    thread.join()
    print("never its default action")


if __name__ == "__main__":
    ready, ready_write = os.pipe()
    begin()
    sys.stdout.flush()
    end_by_each()
    sys.stdout.flush()
    never_default()
    sys.stdout.flush()
    subprocess.run(["sh", "-c", 'trap "" HUP INT TERM USR1 WINCH; exec "$0" "$@"', sys.executable, "-c", STARTED_IGNORING])
