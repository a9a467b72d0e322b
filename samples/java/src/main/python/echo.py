"""The Python side of Throughput: gives back what it is given."""


def echo(value):
    return value


def echo_queue(there, back):
    for value in iter(there.get, None):
        back.put(value)


def echo_pipe(connection):
    for value in iter(connection.recv, None):
        connection.send(value)
