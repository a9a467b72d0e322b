# conformance: pools within children, pools left to the garbage collector, pools in functions
import multiprocessing as mp


def square(x):
    return x * x


def has_a_pool(conn):
    with mp.Pool(1) as pool:
        conn.send(pool.map(square, range(3)))


def in_a_pool(_):
    try:
        mp.Pool(1)
    except AssertionError as error:
        return str(error)


def forgets():
    pool = mp.Pool(1)
    return pool.map(square, [4])


if __name__ == '__main__':
    here, there = mp.Pipe()
    p = mp.Process(target=has_a_pool, args=(there,))
    p.start()
    print(here.recv())
    p.join()
    print(p.exitcode)
    with mp.Pool(1) as pool:
        print(pool.map(in_a_pool, [1]))
        print(pool.map(square, [5]), mp.Pool(1).map(square, [6]))
    print(forgets())
