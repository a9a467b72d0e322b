# conformance: Lock, RLock and semaphores exclude across processes, and know who owns them
# methods: fork spawn forkserver
import multiprocessing as mp
import sys
import time


def attempt(label, action):
    try:
        print(label, '->', action(), flush=True)
    except Exception as error:
        print(label, '->', type(error).__name__, error, flush=True)


def increments(lock, value, times):
    for _ in range(times):
        with lock:
            seen = value.value
            time.sleep(0.0001)
            value.value = seen + 1


def not_the_owner(lock, rlock, sem, bounded):
    attempt('child acquire(False)', lambda: (lock.acquire(False), rlock.acquire(False)))
    start = time.monotonic()
    attempt('child acquire(timeout)', lambda: lock.acquire(timeout=0.2))
    attempt('child acquire(True, timeout)', lambda: rlock.acquire(True, 0.2))
    attempt('waited', lambda: time.monotonic() - start >= 0.39)
    attempt('child release Lock', lock.release)
    attempt('child release RLock', rlock.release)
    attempt('child semaphore', lambda: (sem.acquire(False), sem.acquire(False)))
    attempt('child release semaphore', sem.release)
    attempt('child bounded', lambda: (bounded.release(), bounded.release()))


if __name__ == '__main__':
    ctx = mp.get_context(sys.argv[1])
    lock, rlock, sem, bounded = ctx.Lock(), ctx.RLock(), ctx.Semaphore(2), ctx.BoundedSemaphore(2)

    print('-- exclusion')
    value = ctx.RawValue('i', 0)
    workers = [ctx.Process(target=increments, args=(lock, value, 200)) for _ in range(2)]
    for w in workers:
        w.start()
    for w in workers:
        w.join()
    print(value.value, [w.exitcode for w in workers])

    print('-- owners')
    print(lock.acquire(), rlock.acquire(), rlock.acquire(), sem.acquire(), bounded.acquire())
    p = ctx.Process(target=not_the_owner, args=(lock, rlock, sem, bounded))
    p.start()
    p.join()
    print(p.exitcode)
    attempt('main acquire again', lambda: lock.acquire(False))
    attempt('release', lambda: (rlock.release(), rlock.release()))
    attempt('one too many', rlock.release)
    attempt('Lock after the child released it', lambda: (lock.acquire(False), lock.release()))
    attempt('one too many', lock.release)
    attempt('bounded', bounded.release)
    attempt('semaphore', lambda: [sem.acquire(False) for _ in range(3)])
    if hasattr(sem, 'get_value'):
        print(sem.get_value(), bounded.get_value())
    attempt('negative timeout', lambda: (lock.acquire(timeout=-1), lock.acquire(timeout=0)))
