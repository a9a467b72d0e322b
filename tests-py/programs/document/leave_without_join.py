# conformance: a script that ends without pool.join() does not wait for its tasks
# within: 30
from multiprocessing import Pool
import time


def sleep_long(i):
    time.sleep(60)
    print('never printed', i)


pool = Pool(2)
for i in range(4):
    pool.apply_async(sleep_long, (i,))
print('end')
