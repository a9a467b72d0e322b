# conformance: a call that a signal interrupts goes on when its handler returns, whatever the handler has done meanwhile
import fcntl
import multiprocessing as mp
import os
import select
import signal
import socket
import subprocess
import tempfile
import threading
import time


def handler(number, frame):
    os.path.exists("/there/is/none")  # changes errno


def run(name, wait, wake):
    """Prints what `wait` returns, which twenty signals a second interrupt; `wake` ends it."""
    signal.setitimer(signal.ITIMER_REAL, 0.05, 0.05)
    timer = threading.Timer(0.4, wake)
    timer.start()
    try:
        result = wait()
    except OSError as e:
        result = repr(e)
    signal.setitimer(signal.ITIMER_REAL, 0)
    print(name, result)
    timer.join()


def write_through(path):
    with open(path, "w") as file:
        file.write("z")


if __name__ == "__main__":
    signal.signal(signal.SIGALRM, handler)
    r, w = os.pipe()
    with open(r, "rb", closefd=False) as file:
        run("a file", lambda: file.read(1), lambda: os.write(w, b"x"))
    run("read", lambda: os.read(r, 1), lambda: os.write(w, b"x"))
    a, b = socket.socketpair()
    run("recv", lambda: a.recv(1), lambda: b.send(b"x"))
    a.settimeout(5)
    run("recv with a timeout", lambda: a.recv(1), lambda: b.send(b"x"))
    server = socket.create_server(("127.0.0.1", 0))
    run("accept", lambda: server.accept()[0].recv(1), lambda: socket.create_connection(server.getsockname()).send(b"y"))
    run("select", lambda: len(select.select([r], [], [], 5)[0]), lambda: os.write(w, b"x"))
    os.read(r, 1)
    run("a process", lambda: subprocess.run(["sleep", "0.6"]).returncode, lambda: None)
    with tempfile.TemporaryDirectory() as folder:
        fifo = os.path.join(folder, "fifo")
        os.mkfifo(fifo)
        run("a named pipe", lambda: open(fifo).read(), lambda: write_through(fifo))
        with open(os.path.join(folder, "file"), "w") as one, open(one.name) as other:
            fcntl.flock(one, fcntl.LOCK_EX)
            run("flock", lambda: fcntl.flock(other, fcntl.LOCK_EX), lambda: fcntl.flock(one, fcntl.LOCK_UN))
    for lock in threading.Lock(), mp.Lock():
        lock.acquire()
        run(type(lock).__name__, lock.acquire, lock.release)
    queue = mp.SimpleQueue()
    run("a queue", queue.get, lambda: queue.put(1))
