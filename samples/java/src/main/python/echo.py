"""The Python side of Throughput: gives back what it is given, and computes."""


def echo(value):
    return value


def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


def echo_queue(there, back):
    for value in iter(there.get, None):
        back.put(value)


def echo_pipe(connection):
    for value in iter(connection.recv, None):
        connection.send(value)
