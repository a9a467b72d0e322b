# conformance: SIGKILL to main leaves no daemonic child behind
# polyproc-only: CPython leaves the children running
# signal: KILL to main after "all are ready"
# exit: 137
import multiprocessing as mp
import time


def child(ready):
    ready.release()
    time.sleep(600)


if __name__ == '__main__':
    ready = mp.Semaphore(0)
    for _ in range(2):
        mp.Process(target=child, args=(ready,), daemon=True).start()
    for _ in range(2):
        ready.acquire()
    print('all are ready', flush=True)
    time.sleep(600)
