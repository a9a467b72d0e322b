"""Parts of the standard library that many scripts use a little of.

As in `_polyproc.warmup.everyday`, each piece is short and leaves nothing behind.
"""

import asyncio
import base64
import configparser
import contextlib
import datetime
import enum
import fractions
import functools
import gzip
import hashlib
import io
import pprint
import shlex
import sqlite3
import statistics
import textwrap
import typing
import zipfile
import zlib
from xml.etree import ElementTree


def _databases():
    with contextlib.closing(sqlite3.connect(":memory:")) as database:
        database.row_factory = sqlite3.Row
        with database:
            database.execute("create table items (name text primary key, amount real, note blob)")
            database.executemany("insert into items values (?, ?, ?)", [(f"n{i}", i * 1.5, None) for i in range(20)])
        rows = database.execute("select name, amount from items where amount > :least", {"least": 12}).fetchall()
        with contextlib.suppress(sqlite3.IntegrityError), database:
            database.execute("insert into items values ('n1', 2, x'00')")
        total = database.execute("select sum(amount), count(*) from items").fetchone()
        return [row["name"] for row in rows], tuple(total), [tuple(row) for row in database.execute("select * from items")]


def _coroutines():
    async def produce(queue):
        for i in range(5):
            await queue.put(i)
            await asyncio.sleep(0)
        await queue.put(None)

    async def consume(queue, lock):
        found = []
        while (item := await queue.get()) is not None:
            async with lock:
                found.append(item)
        return found

    async def fails():
        raise ValueError("in a task")

    async def main():
        queue, lock = asyncio.Queue(2), asyncio.Lock()
        _, found = await asyncio.gather(produce(queue), consume(queue, lock))
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(asyncio.sleep(5), 0.001)
        task = asyncio.create_task(fails())
        results = await asyncio.gather(task, asyncio.sleep(0.001, "slept"), return_exceptions=True)
        return found, results

    return asyncio.run(main())


def _trees():
    root = ElementTree.fromstring('<a><b x="1">text</b><b x="2"/><!-- note --><c>t&amp;u</c></a>')
    child = ElementTree.SubElement(root, "d", {"y": "3"})
    child.text = "more"
    with contextlib.suppress(ElementTree.ParseError):
        ElementTree.fromstring("<a><b></a>")
    return (
        [b.get("x") for b in root.iter("b")],
        root.find("c").text,
        root.findall("./b[@x='2']"),
        ElementTree.tostring(root, encoding="unicode"),
    )


def _archives():
    data = b"".join(b"line %d\n" % i for i in range(200))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", data)
    with zipfile.ZipFile(out) as archive:
        names = archive.namelist(), archive.read("a.txt") == data
    return (
        names,
        gzip.decompress(gzip.compress(data)) == data,
        zlib.crc32(data),
        base64.b64encode(hashlib.sha1(data).digest()),
        hashlib.blake2b(data, digest_size=8).hexdigest(),
    )


class _Permission(enum.IntFlag):
    READ = 1
    WRITE = 2


_Item = typing.TypeVar("_Item")


class _Box(typing.Generic[_Item]):
    def __init__(self, item: _Item) -> None:
        self.item = item

    @functools.cached_property
    def text(self) -> str:
        return str(self.item)


class _Pair(typing.NamedTuple):
    first: int
    second: str = ""


def _types():
    class Level(enum.Enum):
        LOW = "low"
        HIGH = "high"

        @property
        def is_high(self):
            return self is Level.HIGH

    @functools.lru_cache(maxsize=10)
    def square(value):
        return value * value

    @functools.singledispatch
    def kind(value):
        return "other"

    @kind.register
    def _(value: int):
        return "int"

    return (
        _Permission.READ | _Permission.WRITE,
        _Permission(2) in _Permission(3),
        [level.is_high for level in Level],
        Level("low"),
        _Box[int](3).text,
        _Pair(1)._asdict(),
        typing.get_type_hints(_Pair),
        [square(i % 3) for i in range(9)],
        square.cache_info(),
        kind(1),
        kind("a"),
    )


def _texts():
    parser = configparser.ConfigParser()
    parser.read_string("[server]\nhost = localhost\nport = 80\nurl = http://%(host)s:%(port)s/\n[other]\nflag = yes\n")
    return (
        dict(parser["server"]),
        parser.getint("server", "port"),
        parser.getboolean("other", "flag"),
        shlex.split("a 'b c' --d=\"e f\""),
        shlex.quote("it's"),
        pprint.pformat({"key" * i: list(range(i)) for i in range(9)}),
        textwrap.dedent("    a\n      b\n"),
        textwrap.fill("word " * 30, 40),
        fractions.Fraction(1, 3) + fractions.Fraction("0.25"),
        statistics.stdev([1, 2, 4]),
    )


def _dates():
    zone = datetime.timezone(datetime.timedelta(hours=1), "X")
    moment = datetime.datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=zone)
    return (
        [moment.strftime(form) for form in ("%a, %d %b %Y %H:%M:%S %z", "%j %U %p %I", "%c", "%x %X")],
        [
            datetime.datetime.strptime(text, form)
            for text, form in (("02/Jan/2026:10:11:12 +0100", "%d/%b/%Y:%H:%M:%S %z"), ("20260102", "%Y%m%d"))
        ],
        moment.astimezone(datetime.timezone.utc).isoformat(),
        moment.date().isocalendar(),
        datetime.date.fromisoformat("2026-01-02") - moment.date(),
        datetime.datetime.fromtimestamp(0, zone),
        str(datetime.timedelta(days=1, seconds=3)),
        datetime.time(1, 2) < datetime.time(2),
    )


PIECES = _databases, _coroutines, _trees, _archives, _types, _texts, _dates
"""All that is to be done."""
