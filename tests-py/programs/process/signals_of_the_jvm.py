# conformance: handlers for SIGQUIT, which a JVM takes for itself, and actions for the signals of faults
# methods: fork spawn forkserver
import multiprocessing as mp
import os
import signal
import subprocess
import sys
import threading
import time


def send(number):
    """Another process sends the signal, so that it comes while this one waits."""
    return subprocess.Popen(['sh', '-c', f'sleep 0.2; kill -{int(number)} {os.getpid()}'])


def receive():
    print(signal.getsignal(signal.SIGQUIT) == signal.SIG_DFL, flush=True)
    seen = []
    for text in 'first', 'second':
        signal.signal(signal.SIGQUIT, lambda number, frame, text=text: seen.append((text, number, frame is not None)))
        with send(signal.SIGQUIT):
            while not seen:
                time.sleep(0.01)
        print(seen.pop(), flush=True)
    print(signal.getsignal(signal.SIGSTKFLT) == signal.SIG_DFL, flush=True)

    signal.signal(signal.SIGQUIT, signal.SIG_IGN)
    with send(signal.SIGQUIT):
        pass
    print(signal.getsignal(signal.SIGQUIT) == signal.SIG_IGN, seen, flush=True)

    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    signal.set_wakeup_fd(writer)
    signal.signal(signal.SIGQUIT, lambda *_: seen.append('woken'))
    with send(signal.SIGQUIT):
        print(list(os.read(reader, 1)), flush=True)
    signal.set_wakeup_fd(-1)
    while not seen:
        time.sleep(0.01)
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGQUIT])
    with send(signal.SIGQUIT):
        pass
    print(seen, signal.sigpending() == {signal.SIGQUIT}, signal.sigwait([signal.SIGQUIT]) == signal.SIGQUIT, flush=True)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGQUIT])


def interrupted():
    class Quit(Exception):
        pass

    def handler(number, frame):
        raise Quit

    signal.signal(signal.SIGQUIT, handler)
    reader, _ = os.pipe()
    with send(signal.SIGQUIT):
        try:
            os.read(reader, 1)
        except Quit:
            print('a read is ended by an exception', flush=True)


def faults():
    for number in signal.SIGILL, signal.SIGFPE, signal.SIGSEGV:
        print(signal.getsignal(number) == signal.SIG_DFL, signal.signal(number, signal.SIG_IGN) == signal.SIG_DFL,
              end=' ', flush=True)
        os.kill(os.getpid(), number)
        print(signal.signal(number, lambda number, frame: print('handled', number, end=' ', flush=True))
              == signal.SIG_IGN, end=' ', flush=True)
        signal.raise_signal(number)
        print(callable(signal.signal(number, signal.SIG_DFL)), flush=True)


def refused():
    for handler in 1.5, None, 'text':
        for number in signal.SIGQUIT, signal.SIGSEGV:
            try:
                signal.signal(number, handler)
            except TypeError as e:
                print(number.name, e, flush=True)

    def elsewhere():
        for number in signal.SIGQUIT, signal.SIGFPE:
            try:
                signal.signal(number, signal.SIG_IGN)
            except ValueError as e:
                print(number.name, e, flush=True)

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()


def sent(number):
    signal.signal(number, lambda *_: None)
    signal.signal(number, signal.SIG_DFL)
    with send(number):
        time.sleep(60)


if __name__ == '__main__':
    ctx = mp.get_context(sys.argv[1])
    for target, *args in (receive,), (interrupted,), (faults,), (refused,), (sent, signal.SIGQUIT):
        p = ctx.Process(target=target, args=args)
        p.start()
        p.join()
        print(target.__name__, p.exitcode)
