# conformance: a global that cannot travel raises a clear error where it is used, naming it
# polyproc-only: CPython copies the generator with the whole process
# stderr: contains Process-1
# stderr: contains generator
# stderr: contains running_total
import multiprocessing as mp


def totals():
    total = 0
    while True:
        total += 1
        yield total


running_total = totals()
next(running_total)


def uses():
    print('the child runs', flush=True)
    print(next(running_total))


def does_not():
    print('the other child runs', flush=True)


if __name__ == '__main__':
    for target in uses, does_not:
        p = mp.Process(target=target)
        p.start()
        p.join()
        print(p.exitcode)
    print(next(running_total))
