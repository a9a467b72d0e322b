# conformance: os.fork() copies the process: objects, descriptors, handlers and one thread
# options: -W ignore::DeprecationWarning
import os
import signal
import socket
import sys
import tempfile
import threading


def run(child):
    """Forks, runs `child` there, and returns how it ended."""
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        status = 99
        try:
            status = child() or 0
        finally:
            sys.stdout.flush()
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def counts():
    n = 0
    while True:
        n += 1
        yield n


numbers = counts()
next(numbers)
state = {'a': [1, 2]}
parent = os.getpid()
file = tempfile.TemporaryFile('w+')
file.write('0123456789')
file.seek(0)
here, there = socket.socketpair()


def changes():
    state['a'].append(3)
    print('child', state, next(numbers), os.getppid() == parent, os.getpid() != parent)
    os.lseek(file.fileno(), 4, os.SEEK_SET)
    here.close()
    there.sendall(b'from the child')
    return 3


print(run(changes), state, next(numbers), here.recv(20))
print('the position of an open file is shared:', os.lseek(file.fileno(), 0, os.SEEK_CUR))

waits = threading.Lock()
waits.acquire()
released = threading.Event()
for target in (waits.acquire, released.wait, threading.Event().wait):
    threading.Thread(target=target, daemon=True).start()


def is_alone():
    print(threading.active_count(), threading.current_thread().name,
          threading.current_thread() is threading.main_thread(), waits.acquire(timeout=0.05))
    released.set()
    thread = threading.Thread(target=lambda: print('a new thread', released.wait(10)))
    thread.start()
    thread.join()


print(run(is_alone), threading.active_count())


def handles(number, frame):
    print('handled', signal.Signals(number).name)


signal.signal(signal.SIGUSR1, handles)
print(run(lambda: os.kill(os.getpid(), signal.SIGUSR1)))
print(run(lambda: os.kill(os.getpid(), signal.SIGKILL)))
print(run(lambda: run(lambda: 5)))

sys.stdout.flush()
pid = os.fork()
if pid == 0:
    raise SystemExit(7)
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
try:
    os.waitpid(pid, 0)
except ChildProcessError as e:
    print(type(e).__name__, e.errno)
