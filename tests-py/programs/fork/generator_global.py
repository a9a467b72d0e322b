# conformance: a generator that has begun goes on in a child where it was, and in the parent too
import multiprocessing as mp


def totals():
    total = 0
    while True:
        total += 1
        yield total


running_total = totals()
next(running_total)


def goes_on():
    print(next(running_total), next(running_total), flush=True)


if __name__ == '__main__':
    for _ in range(2):
        p = mp.Process(target=goes_on)
        p.start()
        p.join()
        print(p.exitcode)
    print(next(running_total))
