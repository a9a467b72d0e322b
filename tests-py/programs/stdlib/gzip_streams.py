# conformance: zlib writes and reads gzip, finds damage, and leaves what comes after alone
import copy
import gzip
import io
import zlib

TEXT = b"text" * 100
GZIP = gzip.compress(TEXT, mtime=0)
ZLIB = zlib.compress(TEXT)
WITH_NAME = io.BytesIO()
with gzip.GzipFile("name.txt", "wb", fileobj=WITH_NAME, mtime=0) as file:
    file.write(TEXT)
WITH_NAME = WITH_NAME.getvalue()


def attempt(what, function):
    try:
        print(what, function())
    except Exception as e:
        print(what, type(e).__module__, type(e).__name__, e)


def read(wbits, data):
    stream = zlib.decompressobj(wbits)
    found = stream.decompress(data) + stream.flush()
    return found == TEXT, stream.eof, stream.unused_data, stream.unconsumed_tail


def in_pieces(wbits, data, size):
    stream = zlib.decompressobj(wbits)
    found = b"".join(stream.decompress(data[at:at + size]) for at in range(0, len(data), size))
    return found == TEXT, stream.eof, stream.unused_data


for wbits in 31, 47:
    attempt(wbits, lambda: zlib.decompress(GZIP, wbits) == TEXT)
    attempt(wbits, lambda: read(wbits, GZIP + b"tail"))
    for size in 1, 3, 100:
        attempt(wbits, lambda: in_pieces(wbits, GZIP + b"tail", size))
attempt("zlib as any", lambda: (zlib.decompress(ZLIB, 47) == TEXT, read(47, ZLIB + b"tail"), in_pieces(47, ZLIB, 1)))
attempt("zlib as gzip", lambda: zlib.decompress(ZLIB, 31))
attempt("no header", lambda: read(31, b"no gzip at all"))
attempt("name", lambda: (read(31, WITH_NAME), in_pieces(31, WITH_NAME, 1)))
attempt("members", lambda: gzip.decompress(GZIP + WITH_NAME) == 2 * TEXT)

damaged = GZIP[:-8] + bytes([GZIP[-8] ^ 1]) + GZIP[-7:]
attempt("damaged", lambda: read(31, damaged))
attempt("damaged", lambda: zlib.decompress(damaged, 31))
attempt("length", lambda: read(31, GZIP[:-1] + b"\1"))
for left in 1, 8, 9, len(GZIP) - 4:
    attempt("truncated", lambda: zlib.decompress(GZIP[:-left], 31))
    attempt("truncated", lambda: read(31, GZIP[:-left])[1:])

for wbits in 31, 25:
    for level in 1, 6, 9:
        stream = zlib.compressobj(level, zlib.DEFLATED, wbits)
        data = stream.compress(TEXT[:7]) + stream.compress(memoryview(TEXT)[7:]) + stream.flush()
        print(wbits, level, data[:10], data[-8:], gzip.decompress(data) == TEXT)
attempt("compress", lambda: gzip.decompress(zlib.compress(TEXT, wbits=31)) == TEXT)
stream = zlib.compressobj(wbits=31)
begun = stream.compress(b"first ")
other = copy.copy(stream)
print(gzip.decompress(begun + stream.compress(b"one") + stream.flush()))
print(gzip.decompress(begun + other.compress(b"another") + other.flush()))
stream, reader = zlib.compressobj(wbits=31), zlib.decompressobj(31)
print(reader.decompress(stream.compress(b"at once") + stream.flush(zlib.Z_SYNC_FLUSH)), reader.eof)
print(reader.decompress(stream.flush()), reader.eof, reader.decompress(b"more"), reader.unused_data)

stream, found = zlib.decompressobj(31), []
data = GZIP
while not stream.eof:
    found.append(stream.decompress(data, 150))
    data = stream.unconsumed_tail
print([len(part) for part in found if part], b"".join(found) == TEXT)
stream = zlib.decompressobj(31)
print(len(stream.decompress(GZIP, 10)), len(stream.flush()), stream.eof)
attempt("negative", lambda: zlib.decompressobj(31).decompress(GZIP, -1))

decompressor = zlib._ZlibDecompressor()
compressed = zlib.compress(bytes(1000)) + b"tail"
print(len(decompressor.decompress(compressed, 10)), decompressor.needs_input, decompressor.eof)
print(len(decompressor.decompress(b"")), decompressor.eof, decompressor.unused_data, type(decompressor))
for _ in range(3):
    try:
        decompressor.decompress(b"more")
    except EOFError as e:
        print(e)
try:
    class Derived(zlib._ZlibDecompressor):
        pass
except TypeError as e:
    print(e)
