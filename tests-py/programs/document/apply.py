# conformance: apply blocks, apply_async does not and calls back in the parent
# compare: addresses
from multiprocessing import Pool
import os
import threading
import time

main_pid = os.getpid()


def slow_square(i):
    time.sleep(1)
    return i * i, os.getpid() != main_pid


def gated_square(i):
    os.read(gate, 1)
    return i * i, os.getpid() != main_pid


def failing(i):
    raise ValueError('task %d' % i)


def called_back(result):
    results.append(result)
    facts.add(('callback in the parent', os.getpid() == main_pid))
    facts.add(('callback in the main thread', threading.current_thread() is threading.main_thread()))


results = []
facts = set()
gate, opener = os.pipe()

with Pool(2) as pool:
    start = time.monotonic()
    print('apply:', pool.apply(slow_square, (3,)), time.monotonic() - start >= 1)

    asyncs = [pool.apply_async(gated_square, args=(i,), callback=called_back) for i in range(3)]
    print('apply_async returns before they end')
    print('ready:', asyncs[0].ready())
    try:
        asyncs[0].successful()
    except ValueError as error:
        print('ValueError:', error)
    os.write(opener, b'123')
    print('get:', [a.get(60) for a in asyncs])
    print('ready:', asyncs[0].ready(), 'successful:', asyncs[0].successful())

    errors = []
    failed = pool.apply_async(failing, (7,), callback=called_back, error_callback=errors.append)
    failed.wait(60)
    print('successful:', failed.successful(), repr(errors[0]))
    try:
        failed.get()
    except ValueError as error:
        print('ValueError:', error)

    late = pool.apply_async(time.sleep, (5,))
    try:
        late.get(timeout=0.1)
    except Exception as error:
        print('timeout:', type(error).__module__, type(error).__name__)

print('results:', sorted(results))
print('facts:', sorted(facts))
