# conformance: what a killed process held goes to whoever waits for it, who is warned if it was the program's
# methods: fork spawn
# timeout: 300
# polyproc-only: in CPython whoever waits does so for ever
import multiprocessing as mp
import os
import queue
import signal
import sys
import threading
import time
import warnings


def hold(primitive, connection):
    primitive.acquire()
    connection.send('held')
    time.sleep(600)


def hold_lock_of(value, connection):
    with value.get_lock():
        connection.send('held')
        time.sleep(600)


def hold_twice(primitive, connection):
    primitive.acquire()
    hold(primitive, connection)


def wait_to_get(q, connection):
    connection.send('held')
    q.get()


def wait_to_notify(condition, connection):
    with condition:
        connection.send('held')
        condition.wait()


def give(semaphore):
    semaphore.release()


def ends(primitive, connection):
    primitive.acquire()
    connection.send('held')


def killed(target, primitive, number=signal.SIGKILL, expected=None):
    """Lets a process do that and kills it."""
    here, there = ctx.Pipe()
    process = ctx.Process(target=target, args=(primitive, there))
    process.start()
    assert here.recv() == 'held'
    if target in (wait_to_get, wait_to_notify):
        time.sleep(0.5)
    if target is not ends:
        os.kill(process.pid, number)
    process.join()
    return process


def check(label, process, acquire, release):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter('always')
        start = time.monotonic()
        got = acquire()
        soon = time.monotonic() - start < 20
    print(f'{label:22}', 'acquired:', got, 'soon:', soon,
          [w.category.__name__ + (' names it' if f'pid {process.pid} ' in str(w.message) else '')
           + (' here' if w.filename == __file__ else f' in {w.filename}') for w in caught])
    if got:
        release()


def main():
    for kind in 'Lock', 'RLock', 'Condition':
        primitive = getattr(ctx, kind)()
        process = killed(hold, primitive)
        check(kind, process, lambda: primitive.acquire(timeout=60), primitive.release)
        print('    and is as new:', primitive.acquire(timeout=60), primitive.release())

    for kind in 'Semaphore', 'BoundedSemaphore':
        primitive = getattr(ctx, kind)(1)
        process = killed(hold, primitive)
        check(kind + '(1)', process, lambda: primitive.acquire(timeout=60), primitive.release)

    lock = ctx.Lock()
    process = killed(hold, lock)
    check('Lock, by with', process, lambda: lock.__enter__(), lock.release)
    process = killed(hold, lock, signal.SIGTERM)
    check('Lock, SIGTERM', process, lambda: lock.acquire(), lock.release)
    process = killed(ends, lock)
    check('Lock, process ends', process, lambda: lock.acquire(), lock.release)
    process = killed(hold, lock)
    check('Lock, without waiting', process, lambda: lock.acquire(False), lock.release)
    rlock = ctx.RLock()
    process = killed(hold_twice, rlock)
    check('RLock, held twice', process, lambda: rlock.acquire(), rlock.release)

    value = ctx.Value('i', 7)
    process = killed(hold_lock_of, value)
    check('Value', process, lambda: value.get_lock().acquire(), value.get_lock().release)
    print('    its value:', value.value)

    print('-- several wait')
    lock = ctx.Lock()
    results = ctx.SimpleQueue()
    process = killed(hold, lock)
    waiters = [ctx.Process(target=take_in_turn, args=(lock, results)) for _ in range(3)]
    for waiter in waiters:
        waiter.start()
    print(sorted(results.get() for _ in waiters))
    for waiter in waiters:
        waiter.join()

    print('-- a thread that waits lets others run')
    lock = ctx.Lock()
    lock.acquire()
    released = threading.Timer(0.3, lock.release)
    released.start()
    print(lock.acquire(timeout=60))

    print('-- a waiter of a condition')
    condition = ctx.Condition()
    killed(wait_to_notify, condition)
    here, there = ctx.Pipe()
    living = ctx.Process(target=wait_to_notify, args=(condition, there))
    living.start()
    here.recv()
    with condition:
        condition.notify(2)
    living.join(60)
    print('notified the dead one, and the living:', living.exitcode == 0)

    print('-- permits as signals')
    semaphore = ctx.Semaphore(1)
    process = ctx.Process(target=give, args=(semaphore,))  # never acquired there: a signal
    process.start()
    process.join()
    killed(hold, semaphore)
    killed(hold, semaphore)
    print('acquired:', semaphore.acquire(timeout=1))

    print('-- queues: locks of their own, no warning')
    warnings.simplefilter('error')
    for q in ctx.Queue(), ctx.SimpleQueue(), ctx.JoinableQueue():
        killed(wait_to_get, q)
        q.put('after')
        print(type(q).__name__, q.get())
    q = ctx.Queue()
    killed(wait_to_get, q)
    try:
        q.get(timeout=1)
    except queue.Empty:
        print('Empty')


def take_in_turn(lock, results):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter('always')
        with lock:
            results.put(len(caught))


if __name__ == '__main__':
    ctx = mp.get_context(sys.argv[1])
    main()
