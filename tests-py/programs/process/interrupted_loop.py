# conformance: a handler that raises ends a compiled loop by way of the except and finally around it
import os
import signal
import threading
import time


class Interrupted(Exception):
    pass


def handler(number, frame):
    signal.signal(number, signal.SIG_IGN)
    raise Interrupted


def send_after(seconds):
    def send():
        time.sleep(seconds)
        os.kill(os.getpid(), signal.SIGUSR1)
    threading.Thread(target=send).start()


def spin():
    global left
    try:
        while True:
            pass
    except Interrupted:
        left = 'except'
        raise
    finally:
        left = left and left + ', finally'


count = 0
for i in range(10):
    left = None
    signal.signal(signal.SIGUSR1, handler)
    send_after(0.5 if i else 10)  # long enough to be compiled
    try:
        spin()
    except Interrupted:
        count += left == 'except, finally'
print('most of them:', count > 5)
