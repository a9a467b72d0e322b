# conformance: semaphores with a name, as libraries with process pools of their own have them
# methods: fork spawn forkserver
import multiprocessing as mp
import os
from _multiprocessing import SemLock, sem_unlink

SEMAPHORE = 1
NAME = f"/polyproc-test-{os.getpid()}"


def tell(call, *args):
    try:
        print(call(*args))
    except Exception as e:
        print(type(e).__name__, e)


def other(name, turns):
    lock = SemLock._rebuild(0, SEMAPHORE, 1, name)
    for _ in range(1000):
        with lock:
            turns.value += 1
    print("in another process:", lock.name == name, lock._count(), flush=True)


if __name__ == "__main__":
    unlinked = SemLock(SEMAPHORE, 1, 1, NAME, True)
    print(unlinked.name, unlinked.acquire())

    lock = SemLock(SEMAPHORE, 1, 1, NAME, False)
    print(lock.name == NAME, bool(lock.handle), os.path.exists(f"/dev/shm/sem.{NAME[1:]}"))
    try:
        SemLock(SEMAPHORE, 1, 1, NAME, False)
    except FileExistsError as e:
        print("exists:", e)

    print("-- opened twice")
    again = SemLock._rebuild(0, SEMAPHORE, 1, NAME)
    print(lock.acquire(), again._get_value(), again.acquire(False), again._count())
    lock.release()
    print(again.acquire(False), lock._get_value(), lock._count(), again._is_mine(), lock._is_mine())
    again.release()
    try:
        lock.release()
    except ValueError as e:
        print("released:", e)

    print("-- other processes")
    turns = mp.RawValue("i", 0)
    children = [mp.Process(target=other, args=(NAME, turns)) for _ in range(2)]
    for child in children:
        child.start()
    for child in children:
        child.join()
    print(turns.value)

    print("-- names")
    sem_unlink(NAME)
    print(lock.acquire(), again._get_value())
    tell(sem_unlink, NAME)
    tell(SemLock._rebuild, 0, SEMAPHORE, 1, NAME)
    for bad in ("/a/b", "", "/", "x" * 300, "a\0b", 3):
        print(repr(bad)[:12])
        tell(SemLock, SEMAPHORE, 1, 1, bad, False)
        tell(sem_unlink, bad)
        if isinstance(bad, str):
            tell(SemLock._rebuild, 0, SEMAPHORE, 1, bad)
