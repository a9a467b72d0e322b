# conformance: a program with thousands of variables, two of which cannot be carried into a child
# methods: fork
import multiprocessing as mp

for number in range(3000):
    globals()[f'variable_{number}'] = [number]


def nested(depth):
    value = []
    for _ in range(depth):
        value = [value]
    return value


too_deep = nested(100_000)
other = (nested(100_000), 1)


def total():
    return sum(globals()[f'variable_{number}'][0] for number in range(3000))


def child():
    print('child', total())


if __name__ == '__main__':
    process = mp.Process(target=child)
    process.start()
    process.join()
    print(process.exitcode)
