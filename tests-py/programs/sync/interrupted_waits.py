# conformance: SIGINT raises KeyboardInterrupt in every kind of wait, and a handler runs during one
# timeout: 120
import multiprocessing as mp
import os
import signal
import threading
import time


def never(conn):
    conn.recv()


def interrupted(label, wait):
    threading.Timer(0.7, os.kill, (os.getpid(), signal.SIGINT)).start()
    start = time.monotonic()
    try:
        print(label, 'returned', wait())
    except KeyboardInterrupt:
        waited = time.monotonic() - start
        print(label, 'KeyboardInterrupt', 'promptly' if 0.5 < waited < 30 else 'after %.1f s' % waited)


if __name__ == '__main__':
    here, there = mp.Pipe()
    p = mp.Process(target=never, args=(there,), daemon=True)
    p.start()
    q, lock, event, cond, sem = mp.Queue(), mp.Lock(), mp.Event(), mp.Condition(), mp.Semaphore(0)
    lock.acquire()
    interrupted('Process.join', p.join)
    interrupted('Process.join(timeout)', lambda: p.join(60))
    interrupted('Queue.get', q.get)
    interrupted('Queue.get(timeout)', lambda: q.get(timeout=60))
    interrupted('Connection.recv', here.recv)
    interrupted('Connection.poll', lambda: here.poll(60))
    interrupted('connection.wait', lambda: mp.connection.wait([here, p.sentinel]))
    interrupted('Lock.acquire', lock.acquire)
    interrupted('Lock.acquire(timeout)', lambda: lock.acquire(timeout=60))
    interrupted('Semaphore.acquire', sem.acquire)
    interrupted('Event.wait', event.wait)
    with cond:
        interrupted('Condition.wait', cond.wait)

    print('-- a handler that returns does not end the wait')
    ran = []
    signal.signal(signal.SIGUSR1, lambda number, frame: ran.append(number))
    threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGUSR1)).start()
    start = time.monotonic()
    print(lock.acquire(timeout=1.5), time.monotonic() - start > 1.4, len(ran))
    threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGUSR1)).start()
    threading.Timer(1.5, here.send, ('go',)).start()
    print(p.join(), p.exitcode, len(ran))
