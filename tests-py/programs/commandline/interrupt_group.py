# conformance: Ctrl-C reaches all processes; main cleans up and ends as it likes
# signal: INT to group after "all are ready"
# exit: 4
# stderr: contains KeyboardInterrupt
import multiprocessing as mp
import sys
import time


def child(ready):
    ready.release()
    time.sleep(600)


if __name__ == '__main__':
    ready = mp.Semaphore(0)
    children = [mp.Process(target=child, args=(ready,)) for _ in range(2)]
    for p in children:
        p.start()
    for p in children:
        ready.acquire()
    time.sleep(0.3)
    try:
        print('all are ready', flush=True)
        for p in children:
            p.join()
    except KeyboardInterrupt:
        print('main is interrupted')
        for p in children:
            p.join(30)
        print([p.exitcode for p in children])
        sys.exit(4)
