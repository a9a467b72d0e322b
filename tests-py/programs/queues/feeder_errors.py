# conformance: what cannot be pickled is reported on stderr by the feeder, and the queue goes on
# stderr: contains Traceback (most recent call last):
# stderr: contains TypeError: cannot pickle 'generator' object
# stderr: contains ValueError: refuses
import multiprocessing as mp
import time


class Refuses:
    def __reduce__(self):
        raise ValueError('refuses')


q = mp.Queue(2)
q.put((i for i in ()))
q.put(Refuses())
q.put('good')
print(q.get(timeout=60))
time.sleep(0.1)
print('the places are free again:', q.empty(), q.full(), q.qsize())
q.put(1)
q.put(2)
print(q.get(timeout=60), q.get(timeout=60))
