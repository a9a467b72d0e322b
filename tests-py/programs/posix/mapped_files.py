# conformance: memory that is mapped: its bytes and slices, what moves, is found, written back, advised, and what is refused
import mmap
import tempfile


def attempt(label, function, *args):
    try:
        print(label, function(*args))
    except Exception as e:
        print(label, type(e).__name__, e)


def closing(mapping):
    class Index:
        def __index__(self):
            mapping.close()
            return 1
    return Index()


memory = mmap.mmap(-1, 100)
memory[:10] = b"0123456789"
print(memory[2:8:3], memory[8:2:-2], memory[::-50], memory[5:2], memory[-95:7], memory[3])
memory[0:6:2] = b"abc"
memory[9:6:-1] = b"xyz"
print(memory[:12])
memory.move(4, 0, 6)
print(memory[:12], memory.rfind(b"b"), memory.rfind(b"b", 0, 7), memory.rfind(b"b", -98, -94), memory.rfind(b"none"))
memory.seek(5)
memory.write_byte(65)
print(memory.tell(), memory.rfind(b"a"), memory.rfind(b"c"), memory.find(b"c"), memory.read(3), memory.read_byte())
memory.seek(98)
memory.write_byte(1)
memory.write_byte(2)
attempt("full", memory.write_byte, 3)
print(memory.flush(), memory.flush(0, 100), memory.madvise(mmap.MADV_NORMAL), memory.madvise(mmap.MADV_DONTNEED, 0, 1000))
print(memory[:4])
for arguments in (-1,), (0, -1), (0, 101), (1, 2):
    attempt(f"flush{arguments}", memory.flush, *arguments)
for arguments in (0, -1), (0, 200), (0, 0, -1), (12345,):
    attempt(f"madvise{arguments}", memory.madvise, *arguments)
for value in -1, 256, "a", None:
    attempt(f"write_byte({value!r})", memory.write_byte, value)
for arguments in (-1, 0, 1), (0, -1, 1), (0, 0, -1), (0, 0, 101), (50, 0, 51):
    attempt(f"move{arguments}", memory.move, *arguments)
attempt("find text", memory.rfind, "a")
attempt("beyond", memory.__getitem__, 1000)
attempt("an index that is text", memory.__getitem__, "a")
attempt("another size", memory.__setitem__, slice(0, 4, 2), b"abc")
attempt("no byte", memory.__setitem__, 0, 300)
attempt("read text", memory.read, "a")
print(len(memory.read(-1)), memory.read())

with tempfile.TemporaryFile() as file:
    file.write(bytes(range(200)))
    file.flush()
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as read_only:
        attempt("write_byte", read_only.write_byte, 1)
        attempt("move", read_only.move, 0, 1, 2)
        attempt("slice", read_only.__setitem__, slice(0, 4, 2), b"ab")
        print(read_only.flush(), read_only[10:200:60])
    with mmap.mmap(file.fileno(), 0) as shared:
        shared.move(100, 0, 50)
        shared.flush()
    file.seek(100)
    print(file.read(5), list(file.read()[-2:]))

for use in (lambda m, index: m[index], lambda m, index: m[index:9:2], lambda m, index: m.move(1, 2, index),
            lambda m, index: m.write_byte(index), lambda m, index: m.read(index), lambda m, index: m.rfind(b"", index),
            lambda m, index: m.find(b"1", 1, index)):
    mapping = mmap.mmap(-1, 50)
    attempt("closed meanwhile", use, mapping, closing(mapping))
