# conformance: SIGINT is a KeyboardInterrupt: uncaught, status 130
# variants: sleep loop read join
# signal: INT to main after "ready"
# exit: 130
# stderr: contains KeyboardInterrupt
import atexit
import multiprocessing as mp
import os
import sys
import time

atexit.register(print, 'atexit runs')


def child():
    time.sleep(600)


try:
    if sys.argv[1] == 'join':
        p = mp.Process(target=child, daemon=True)
        p.start()
    print('ready', flush=True)
    if sys.argv[1] == 'sleep':
        time.sleep(600)
    elif sys.argv[1] == 'loop':
        while True:
            pass
    elif sys.argv[1] == 'read':
        r, w = os.pipe()
        os.read(r, 1)
    else:
        p.join()
finally:
    print('finally runs')
