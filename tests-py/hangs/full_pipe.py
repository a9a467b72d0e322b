"""The parent waits for the end of a child, which waits until the parent has read from a full pipe."""

import multiprocessing


def send_all(connection):
    for _ in range(100):
        connection.send_bytes(bytes(100_000))  # hangs


if __name__ == "__main__":
    reader, writer = multiprocessing.Pipe(duplex=False)
    child = multiprocessing.Process(target=send_all, args=(writer,))
    child.start()
    child.join()  # hangs
    print(len(reader.recv_bytes()))
