# conformance: reprs and errors of the primitives in one process
# compare: addresses
import multiprocessing as mp
import threading


def attempt(label, action):
    try:
        print(label, '->', action())
    except Exception as error:
        print(label, '->', type(error).__name__, error)


def in_thread(function):
    t = threading.Thread(target=function)
    t.start()
    t.join()


def show():
    print(lock, rlock)


lock, rlock = mp.Lock(), mp.RLock()
print(lock, rlock)
with lock, rlock:
    with rlock:
        print(lock, rlock)
        in_thread(show)
in_thread(lambda: attempt('thread', lock.release))
in_thread(lambda: lock.acquire())
print(lock)
lock.release()
print(mp.Semaphore(3), mp.BoundedSemaphore(2))
sem = mp.Semaphore(0)
print(sem, sem.acquire(False), sem.acquire(timeout=0.01), sem.release(), sem)
attempt('Semaphore(-1)', lambda: mp.Semaphore(-1))
attempt('Semaphore(text)', lambda: mp.Semaphore('1'))
bounded = mp.BoundedSemaphore(1)
attempt('bounded', bounded.release)
with bounded:
    print(bounded)

cond = mp.Condition()
print(cond)
attempt('wait', cond.wait)
attempt('notify', cond.notify)
attempt('notify_all', cond.notify_all)
with cond:
    print(cond.wait(0.05), cond.wait_for(lambda: True), cond.wait_for(lambda: 0, timeout=0.05))
    print(cond)
own = mp.Condition(mp.Lock())
print(own)

event = mp.Event()
print(event, event.is_set(), event.wait(0.01))
event.set()
print(event, event.is_set(), event.wait(), event.clear(), event.is_set())

barrier = mp.Barrier(2)
print(barrier.parties, barrier.n_waiting, barrier.broken)
attempt('Barrier timeout', lambda: barrier.wait(0.05))
print(barrier.broken)
attempt('broken', barrier.wait)
print(barrier.reset(), barrier.broken)
attempt('abort', barrier.abort)
attempt('aborted', barrier.wait)
print(mp.Barrier(1, action=lambda: print('action')).wait())
attempt('acquire(block=None)', lambda: lock.acquire(None))
for thing in lock, rlock, sem, bounded, cond, event, barrier:
    print(type(thing).__module__, type(thing).__qualname__)
