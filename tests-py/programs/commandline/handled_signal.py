# conformance: a SIGTERM handler of the script decides how main ends
# signal: TERM to main after "ready"
# exit: 6
import signal
import sys
import time


def handler(number, frame):
    print('handled', signal.Signals(number).name)
    sys.exit(6)


signal.signal(signal.SIGTERM, handler)
print('ready', flush=True)
time.sleep(600)
