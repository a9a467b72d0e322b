# conformance: select.poll tells of what can be read and written, of errors and of the other end's close
import os
import select
import selectors
import signal
import socket
import threading
import time


def attempt(label, action):
    try:
        print(label, '->', action())
    except Exception as error:
        print(label, '->', type(error).__name__, error)


r, w = os.pipe()
poll = select.poll()
poll.register(r, select.POLLIN)
poll.register(w, select.POLLOUT)
names = {r: 'r', w: 'w'}


def events(timeout):
    return [(names[fd], event) for fd, event in poll.poll(timeout)]


print(events(None))
poll.modify(w, 0)
start = time.monotonic()
print(events(150), time.monotonic() - start > 0.14, events(0))
os.write(w, b'x')
print(events(None), events(-1))
print(os.read(r, 1))
os.close(w)
poll.unregister(w)
print(events(1000) == [('r', select.POLLHUP)])
os.close(r)
print(events(1000) == [('r', select.POLLNVAL)])
attempt('unregister', lambda: poll.unregister(77))
attempt('modify', lambda: poll.modify(77, 1))
attempt('register', lambda: poll.register('x'))
attempt('negative', lambda: poll.register(-1))

a, b = socket.socketpair()
poll = select.poll()
poll.register(a, select.POLLIN)
names[a.fileno()] = 'a'
threading.Timer(0.2, b.sendall, [b'late']).start()
print(events(None), a.recv(10))

print(hasattr(selectors, 'PollSelector'))
with selectors.PollSelector() as selector:
    selector.register(a, selectors.EVENT_READ | selectors.EVENT_WRITE, 'data')
    print([(key.data, mask) for key, mask in selector.select()])
    b.close()
    print([(key.data, mask) for key, mask in selector.select(5)])

signal.signal(signal.SIGALRM, lambda *args: print('handler'))
signal.setitimer(signal.ITIMER_REAL, 0.2)
poll = select.poll()
r, w = os.pipe()
poll.register(r)
print(poll.poll(1000))
