# conformance: a lock of threads tells of what nobody may release, and excludes afterwards as before
# compare: addresses
import copy
import pickle
import threading


def attempt(label, action):
    try:
        print(label, '->', action())
    except Exception as error:
        print(label, '->', type(error).__name__, error)


lock = threading.Lock()
print(lock)
attempt('release', lock.release)
attempt('with', lambda: lock.__enter__())
print(lock, lock.locked())
attempt('held', lambda: (lock.acquire(False), lock.acquire(blocking=False), lock.acquire(timeout=0.01)))
other = threading.Thread(target=lock.release)
other.start()
other.join()
print('released by another thread', lock.locked())
attempt('one too many', lock.release)
attempt('exit', lambda: lock.__exit__(None, None, None))
attempt('wrong arguments', lambda: lock.acquire(False, 1))
attempt('wrong timeout', lambda: lock.acquire(True, -2))
attempt('pickle', lambda: pickle.dumps(lock))
attempt('copy', lambda: copy.copy(lock))
attempt('subclass', lambda: type('Sub', (type(lock),), {}))
print(type(lock), isinstance(lock, type(threading.Lock())))

inside, most = 0, 0


def work():
    global inside, most
    for _ in range(50):
        with lock:
            inside += 1
            most = max(most, inside)
            inside -= 1


threads = [threading.Thread(target=work) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print('most inside', most)
