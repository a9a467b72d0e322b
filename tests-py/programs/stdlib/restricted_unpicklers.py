# conformance: an unpickler's find_class decides what a pickle may load
import builtins
import copyreg
import io
import os
import pickle
import _pickle


class Point:
    def __init__(self, x):
        self.x = x


class Restricted(pickle.Unpickler):
    """As the documentation of pickle has it."""

    asked = []

    def find_class(self, module, name):
        self.asked.append((module, name))
        if module == "builtins" and name in {"range", "complex", "set"}:
            return getattr(builtins, name)
        raise pickle.UnpicklingError(f"global '{module}.{name}' is forbidden")


class Renaming(pickle.Unpickler):
    def find_class(self, module, name):
        return super().find_class("__main__" if module == "former" else module, name)


class WithIds(Renaming):
    def persistent_load(self, pid):
        return "persistent", pid


class Derived(Restricted):
    pass


def attempt(what, function):
    try:
        print(what, function())
    except Exception as e:
        print(what, type(e).__name__, e)


def load(unpickler, data, **options):
    return unpickler(io.BytesIO(data), **options).load()


for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
    for unpickler in Restricted, Derived:
        attempt(protocol, lambda: load(unpickler, pickle.dumps([range(3), 1j, {"a": (1,)}], protocol)))
        attempt(protocol, lambda: load(unpickler, pickle.dumps(os.system, protocol)))
print(sorted({(module, name) for module, name in Restricted.asked}))
attempt("documentation", lambda: load(Restricted, b"cos\nsystem\n(S'echo hello world'\ntR."))

former = pickle.dumps(Point(5), 2).replace(b"__main__", b"former")
attempt("renamed", lambda: load(Renaming, former).x)
attempt("Python 2", lambda: load(Renaming, b"c__builtin__\nxrange\n(K\x03tR."))
attempt("no fixing", lambda: load(Renaming, b"c__builtin__\nxrange\n(K\x03tR.", fix_imports=False))
attempt("no attribute", lambda: load(Renaming, b"cbuiltins\nnothing\n."))
attempt("nested", lambda: load(Renaming, b"\x80\x04\x8c\x02os\x8c\x09path.join\x93.").__name__)
attempt("persistent", lambda: load(WithIds, b"\x80\x04\x8c\x01aQ."))
attempt("no persistent", lambda: load(Renaming, b"\x80\x04\x8c\x01aQ."))
attempt("encoding", lambda: load(Renaming, b"U\x01\xe9.", encoding="latin-1"))
attempt("encoding", lambda: load(Renaming, b"U\x01\xe9.", encoding="bytes"))
attempt("empty", lambda: load(Renaming, b""))
by_attribute = Renaming(io.BytesIO(b"Pa\n."))
by_attribute.persistent_load = str.upper
attempt("attribute", by_attribute.load)
buffers = []
data = pickle.dumps(pickle.PickleBuffer(b"abc"), protocol=5, buffer_callback=buffers.append)
attempt("buffers", lambda: bytes(load(Renaming, data, buffers=buffers)))

file = io.BytesIO(pickle.dumps([1]) + pickle.dumps({"b": Point(2)}) + b"rest")
several = Renaming(file)
print(several.load(), several.load()["b"].x, file.read())
plain = pickle.Unpickler(io.BytesIO(pickle.dumps(copyreg.pickle)))
print(plain.load() is copyreg.pickle, plain.find_class("os.path", "join").__name__)
print(pickle.Unpickler is _pickle.Unpickler, issubclass(Renaming, _pickle.Unpickler), pickle.Unpickler)
attempt("no file", lambda: pickle.Unpickler(5))
