# conformance: select.epoll: registering, levels and edges, errors, its place in selectors; what a signal does to a wait
import os
import select
import selectors
import signal
import socket
import threading
import time


def attempt(what, *args):
    try:
        print(what.__name__, "->", what(*args))
    except Exception as e:
        print(what.__name__, "->", type(e).__name__, e)


a, b = socket.socketpair()
with select.epoll() as poll:
    poll.register(a, select.EPOLLIN | select.EPOLLOUT)
    poll.register(b.fileno())
    print(sorted(poll.poll(0)) == sorted([(a.fileno(), 4), (b.fileno(), 4)]))
    a.send(b"x")
    print(dict(poll.poll(1, maxevents=10))[b.fileno()] == select.EPOLLIN | select.EPOLLOUT)
    poll.modify(b, select.EPOLLIN | select.EPOLLET)
    poll.unregister(a)
    print([event for _, event in poll.poll(1)], poll.poll(0.01))
    b.recv(1)
    poll.modify(b, select.EPOLLIN | select.EPOLLONESHOT)
    threading.Timer(0.1, a.send, (b"y",)).start()
    print([event for _, event in poll.poll()], poll.poll(0))
    attempt(poll.register, b)
    attempt(poll.unregister, a)
    attempt(poll.register, 9999)
    attempt(poll.register, -1)
    attempt(poll.register, "x")
    attempt(poll.poll, "x")
    attempt(poll.poll, 1, -2)
    a.close()
    poll.modify(b, 0)
    print([event for _, event in poll.poll(1)])
    start = time.monotonic()
    poll.unregister(b)
    print(poll.poll(0.2), time.monotonic() - start > 0.19, poll.closed)
print(poll.closed)
attempt(poll.poll)
attempt(poll.fileno)
attempt(select.epoll, -2)
attempt(select.epoll, 1, 5)
copy = select.epoll.fromfd(select.epoll().fileno())
print(type(copy), select.epoll.__name__, select.epoll.__module__)
print(selectors.DefaultSelector)
with selectors.DefaultSelector() as selector:
    r, w = os.pipe()
    selector.register(r, selectors.EVENT_READ, "data")
    os.write(w, b"z")
    print([(key.data, events) for key, events in selector.select(1)])


class FromHandler(BaseException):
    """What a handler raises."""


def interrupted(wait, seconds):
    """How a wait ends when a signal comes after a tenth of a second, and whether it took all of its time."""
    start = time.monotonic()
    signal.setitimer(signal.ITIMER_REAL, 0.1)
    try:
        result = wait(seconds)
    except FromHandler as e:
        result = repr(e)
    return result, time.monotonic() - start > seconds - 0.1


def raise_from_handler(number, frame):
    raise FromHandler(number)


poll = select.poll()
poll.register(r)
os.read(r, 1)
waits = (lambda seconds: select.select([r], [], [], seconds), lambda seconds: poll.poll(seconds * 1000), time.sleep)
signal.signal(signal.SIGALRM, lambda number, frame: os.path.exists("/none"))
print([interrupted(wait, 1) for wait in waits])
signal.signal(signal.SIGALRM, raise_from_handler)
print([interrupted(wait, 60) for wait in waits])
