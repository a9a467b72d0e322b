# conformance: Pool.join before close is a ValueError
from multiprocessing import Pool


def double(x):
    return 2 * x


pool = Pool(2)
print(pool.map(double, range(5)))
try:
    pool.join()
except ValueError as error:
    print('ValueError:', error)
pool.close()
try:
    pool.apply(double, (1,))
except ValueError as error:
    print('ValueError:', error)
pool.join()
print(repr(pool).split(' pool_size')[0].split('.')[-1])
