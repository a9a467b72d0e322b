# conformance: bz2, lzma, zlib, gzip, tarfile and zipfile write and read all their formats
import bz2
import gzip
import io
import lzma
import os
import shutil
import tarfile
import zipfile
import zlib

DATA = b"".join(b"line %d of some text\n" % (i * i % 97) for i in range(3000))


def attempt(function, *args, **kwargs):
    try:
        result = function(*args, **kwargs)
        print(function.__name__, len(result) if isinstance(result, bytes) and len(result) > 40 else result)
    except Exception as e:
        print(function.__name__, type(e).__name__, e)


print(bz2.decompress(bz2.compress(b"q")))
for level in (1, 5, 9):
    print(level, bz2.compress(DATA, level)[:4], bz2.decompress(bz2.compress(DATA, level)) == DATA)
compressor = bz2.BZ2Compressor()
parts = [compressor.compress(DATA[i:i + 7000]) for i in range(0, len(DATA), 7000)] + [compressor.flush()]
packed = b"".join(parts)
decompressor = bz2.BZ2Decompressor()
out = decompressor.decompress(packed[:50], max_length=10)
print(len(out), decompressor.needs_input, decompressor.eof)
while not decompressor.eof:
    piece = decompressor.decompress(packed[50:] if decompressor.needs_input else b"", max_length=5000)
    out += piece
print(out == DATA, decompressor.eof, decompressor.unused_data)
attempt(decompressor.decompress, b"x")
attempt(compressor.compress, b"x")
attempt(bz2.decompress, b"not bzip2")
attempt(bz2.decompress, packed[:-5])
attempt(bz2.compress, DATA, 10)
print(bz2.decompress(packed + packed) == DATA + DATA)
with bz2.open("a.bz2", "wt") as file:
    file.write("text\nlines\n")
with bz2.open("a.bz2", "rt") as file:
    print(list(file))

for format, options in ((lzma.FORMAT_XZ, {}), (lzma.FORMAT_ALONE, {}), (lzma.FORMAT_XZ, {"preset": 1}),
                        (lzma.FORMAT_XZ, {"check": lzma.CHECK_SHA256}), (lzma.FORMAT_XZ, {"check": lzma.CHECK_NONE})):
    packed = lzma.compress(DATA, format=format, **options)
    print(format, packed[:6], lzma.decompress(packed) == DATA)
filters = [{"id": lzma.FILTER_DELTA, "dist": 2}, {"id": lzma.FILTER_LZMA2, "preset": 3}]
packed = lzma.compress(DATA, format=lzma.FORMAT_RAW, filters=filters)
print(lzma.decompress(packed, format=lzma.FORMAT_RAW, filters=filters) == DATA)
attempt(lzma.decompress, b"not xz at all")
attempt(lzma.decompress, lzma.compress(DATA)[:-9])
print(lzma.is_check_supported(lzma.CHECK_CRC64), lzma.is_check_supported(lzma.CHECK_SHA256))
with lzma.open("a.xz", "wb") as file:
    file.write(DATA)
with lzma.open("a.xz") as file:
    file.seek(1000)
    print(file.read(10), file.tell())

for wbits in (15, -15, 31):
    compressor = zlib.compressobj(9, zlib.DEFLATED, wbits)
    packed = compressor.compress(DATA) + compressor.flush()
    print(wbits, packed[:2] if wbits == 15 else "", zlib.decompress(packed, wbits) == DATA)
compressor = zlib.compressobj(zdict=b"line of some text\n")
packed = compressor.compress(b"line 3 of some text\n") + compressor.flush(zlib.Z_SYNC_FLUSH) + compressor.flush()
print(zlib.decompressobj(zdict=b"line of some text\n").decompress(packed))
decompressor = zlib.decompressobj()
print(decompressor.decompress(zlib.compress(DATA) + b"rest", 20), decompressor.eof, len(decompressor.unconsumed_tail) > 0)
print(decompressor.flush()[-9:], decompressor.eof, decompressor.unused_data)
attempt(zlib.decompress, b"not zlib")
attempt(zlib.decompress, zlib.compress(DATA)[:-5])
attempt(zlib.compress, DATA, 12)
print(zlib.crc32(DATA), zlib.adler32(DATA), zlib.crc32(b"b", zlib.crc32(b"a")))
print(zlib.Z_BLOCK, zlib.Z_PARTIAL_FLUSH, zlib.Z_TREES, zlib.DEF_BUF_SIZE)

print(gzip.decompress(gzip.compress(DATA, mtime=0)) == DATA)
attempt(gzip.decompress, b"not gzip")
os.mkdir("folder")
with open("folder/a.txt", "wb") as file:
    file.write(DATA)
for mode in ("", "gz", "bz2", "xz"):
    with tarfile.open("archive", "w:" + mode) as archive:
        archive.add("folder")
    with tarfile.open("archive") as archive:
        print(mode, archive.getnames(), archive.extractfile("folder/a.txt").read() == DATA)
for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        archive.write("folder/a.txt")
    with zipfile.ZipFile(buffer) as archive:
        print(method, archive.namelist(), archive.read("folder/a.txt") == DATA, archive.testzip())
for format in ("tar", "gztar", "bztar", "xztar", "zip"):
    name = shutil.make_archive("made", format, "folder")
    shutil.unpack_archive(name, "unpacked-" + format)
    print(os.path.basename(name), os.listdir("unpacked-" + format))
