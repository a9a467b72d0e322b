# conformance: a queue whose feeder a package has replaced by its own
# methods: fork spawn forkserver
import collections
import multiprocessing as mp
import multiprocessing.queues
import pickle
import threading


class Marked:
    """Pickled in one way by this module's feeder, in another by all other code."""

    def __init__(self, way='as it is'):
        self.way = way

    def __reduce__(self):
        return Marked, ('by a pickler that is not the feeder',)


class Pickler(pickle.Pickler):
    def reducer_override(self, obj):
        return (Marked, ('by the feeder',)) if isinstance(obj, Marked) else NotImplemented


def feed(buffer, notempty, writer, slots):
    import io
    while True:
        with notempty:
            while not buffer:
                notempty.wait()
            obj = buffer.popleft()
        if obj is None:
            return
        out = io.BytesIO()
        Pickler(out).dump(obj)
        writer.send_bytes(out.getvalue())


class FedQueue(multiprocessing.queues.Queue):
    def _start_thread(self):
        self._thread = threading.Thread(target=feed, args=(self._buffer, self._notempty, self._writer, self._sem),
                                        daemon=True)
        self._thread.start()


class NamedQueue(multiprocessing.queues.Queue):
    pass


def child(fed, named, back):
    print('child:', fed.get().way, '/', named.get().way, flush=True)
    back.put(Marked())
    back.put([1] * 100_000)
    back.put(None)
    back._thread.join()


if __name__ == '__main__':
    context = mp.get_context()
    fed, named, back = FedQueue(ctx=context), NamedQueue(ctx=context), FedQueue(ctx=context)
    process = mp.Process(target=child, args=(fed, named, back))
    process.start()
    fed.put(Marked())
    named.put(Marked())
    print('parent:', back.get().way, len(back.get()))
    fed.put(None)
    process.join()
    print(process.exitcode)
