# conformance: os._exit leaves at once, without flushing and without exit handlers
# exit: 9
import atexit
import os
import sys

atexit.register(print, 'not printed')
print('flushed', flush=True)
sys.stdout.write('not flushed')
os._exit(9)
