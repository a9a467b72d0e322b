# conformance: a process that sends itself a deadly signal ends by it, and prints nothing
# methods: fork spawn forkserver
import faulthandler
import multiprocessing as mp
import os
import signal
import sys

DEADLY = ('SIGQUIT', 'SIGILL', 'SIGTRAP', 'SIGABRT', 'SIGBUS', 'SIGFPE', 'SIGSEGV', 'SIGUSR1', 'SIGALRM')


def send(name):
    os.kill(os.getpid(), getattr(signal, name))


def handled(name):
    signal.signal(getattr(signal, name), lambda number, frame: print('handled', name, flush=True))
    send(name)


def handled_here():
    for send_it in (lambda: signal.raise_signal(signal.SIGUSR2), lambda: os.kill(os.getpid(), signal.SIGUSR2)):
        seen = []
        signal.signal(signal.SIGUSR2, lambda number, frame: seen.append((number, frame.f_code.co_name)))
        send_it()
        print(seen, flush=True)


def refused():
    for number in (999, -1, 'SIGINT', None, 1.5):
        for send_it in signal.raise_signal, lambda it: os.kill(os.getpid(), it):
            try:
                send_it(number)
            except (OSError, TypeError) as e:
                print(type(e).__name__, e, flush=True)
    os.kill(os.getpid(), 0)


def abort():
    os.abort()


def segmentation_fault():
    faulthandler._sigsegv()


if __name__ == '__main__':
    ctx = mp.get_context(sys.argv[1])
    for target, *args in (*((send, name) for name in DEADLY), (handled, 'SIGUSR1'), (handled_here,), (refused,),
                          (abort,), (segmentation_fault,)):
        p = ctx.Process(target=target, args=args)
        p.start()
        p.join()
        print(target.__name__, *args, p.exitcode)
