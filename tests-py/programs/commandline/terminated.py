# conformance: SIGTERM ends main with 143, and its daemonic children with it
# polyproc-only: CPython leaves the children running
# signal: TERM to main after "all are ready"
# exit: 143
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
