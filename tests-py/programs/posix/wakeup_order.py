# conformance: a signal's function is called before a system call returns because of the wakeup descriptor
import os
import select
import signal
import threading


class Interrupted(Exception):
    pass


def interrupt(number, frame):
    print("in the handler:", os.read(reader, 8))
    raise Interrupted


def wait(what, *args):
    signal.setitimer(signal.ITIMER_REAL, 0.3)
    try:
        what(*args)
    except Interrupted:
        print("interrupted")
    else:
        print("not interrupted")


reader, writer = os.pipe()
os.set_blocking(writer, False)
signal.signal(signal.SIGALRM, interrupt)
signal.set_wakeup_fd(writer)
poll = select.poll()
poll.register(reader, select.POLLIN)
epoll = select.epoll()
epoll.register(reader)
wait(select.select, [reader], [], [], 10)
wait(os.read, reader, 1)
wait(poll.poll, 10_000)
wait(epoll.poll, 10)

# Another thread has it although the main thread does nothing with signals meanwhile.
signal.signal(signal.SIGALRM, lambda *_: None)
thread = threading.Thread(target=lambda: print("in a thread:", os.read(reader, 8)))
thread.start()
signal.setitimer(signal.ITIMER_REAL, 0.3)
thread.join()

# A signal that lets system calls go on wakes one that waits for the descriptor.
signal.siginterrupt(signal.SIGALRM, False)
signal.setitimer(signal.ITIMER_REAL, 0.3)
print("readable:", select.select([reader], [], [], 10)[0] == [reader], os.read(reader, 8))
