"""What scripts do in their first seconds, done again and again before an image is written: so that the JVM has compiled
the interpreter for it. Each piece is short, needs nothing but the standard library, and leaves nothing behind.
"""

import bisect
import collections
import contextlib
import csv
import dataclasses
import datetime
import decimal
import enum
import functools
import hashlib
import heapq
import io
import itertools
import json
import math
import operator
import os
import pickle
import random
import re
import statistics
import string
import struct
import tempfile
import textwrap
import time

from _polyproc.warmup import failures, library, variety

_STEP_SECONDS = 0.25

_TEXT = """It was the best of times, it was the worst of times, it was the age of wisdom, it was the age of foolishness,
it was the epoch of belief, it was the epoch of incredulity; it was the season of Light, it was the season of Darkness.
"""
_LINES = [
    "2026-01-%02d %02d:%02d:%02d %-7s [worker-%d] request %d took %.3f ms path=/api/v1/items/%d status=%d"
    % (
        i % 28 + 1,
        i % 24,
        i % 60,
        i * 7 % 60,
        ("INFO", "WARNING", "ERROR", "DEBUG")[i % 4],
        i % 5,
        i,
        i * 1.37,
        i % 17,
        (200, 404, 500)[i % 3],
    )
    for i in range(60)
]


def step(briefly: bool = False) -> None:
    """Does one piece for a quarter of a second of processor time; at the next call, the next one.

    briefly: once, instead of for so long.
    """
    piece = next(_pieces)
    end = time.thread_time() + _STEP_SECONDS
    with decimal.localcontext():
        piece()
        while not briefly and time.thread_time() < end:
            piece()


def _integers():
    total = 0
    for i in range(400):
        total += i * i % 7 - (i // 3) ** 2 + (i << 2 ^ i >> 1) & 0xFFFF
        if i % 3 == 0 and total > 100 or not i & 1:
            total -= abs(min(i, total))
    a, b = 0, 1
    while b < 10**30:
        a, b = b, a + b
    return math.gcd(a, b), divmod(b, 97), pow(3, a % 100, 1009), int(str(b)), hex(a), bin(total), b.bit_length()


def _floats():
    x, y, total = 0.5, 1.25, 0.0
    for i in range(300):
        x = x * 1.0001 + math.sin(y) * 0.1
        y = math.sqrt(abs(x * y)) + i / 7
        total += x - y if x > y else y**0.5
    return round(total, 3), math.floor(x), math.ceil(y), math.hypot(x, y), math.exp(-x * x), math.isclose(x, y), max(x, y)


def _complex_numbers():
    inside = 0
    for row in range(8):
        for column in range(12):
            c, z = complex(column / 6 - 1.5, row / 4 - 1), 0j
            for _ in range(20):
                z = z * z + c
                if abs(z) > 2:
                    break
            else:
                inside += 1
    return inside


def _text():
    words = _TEXT.lower().split()
    clean = [word.strip(string.punctuation) for word in words]
    joined = " ".join(word for word in clean if word.isalpha() and len(word) > 2)
    found = joined.find("epoch"), joined.count("was"), joined.replace("times", "days"), joined.title(), joined[::-1]
    parts = joined.partition("wisdom"), joined.rsplit(" ", 3), joined.startswith("it"), "age" in joined
    characters = {}
    for character in joined:
        characters[character] = characters.get(character, 0) + 1
    return (
        found,
        parts,
        sorted(characters.items()),
        joined.encode().decode("utf-8"),
        [ord(c) for c in joined[:20]],
        "".join(chr(ord("a") + (ord(c) - 97 + 13) % 26) for c in joined if c.isalpha()),
    )


def _formatting():
    out = io.StringIO()
    for i, word in enumerate(("alpha", "beta", "gamma", "delta")):
        value = i * 1234.5678
        print(f"{i:3d} {word:<10}|{value:12,.2f}|{value:e}|{i:08b}|{word!r:>12}|{value / 3:.1%}", file=out)
        print("%5d %-8s %8.3f %s" % (i, word, value, [i, value]), "{:>8} {:x}".format(word, i * 255), sep="\t", file=out)
        out.write(str(value) + repr(word) + format(value, ".3g") + str((i, None, True)) + "\n")
    return out.getvalue().splitlines()


def _dictionaries():
    table = {f"key{i}": i for i in range(60)}
    for key, value in list(table.items()):
        if value % 3 == 0:
            del table[key]
        else:
            table[key] += 1
    groups = {}
    for key, value in table.items():
        groups.setdefault(value % 5, []).append(key)
    merged = {**table, "other": [1, 2]} | {"last": None}
    numbers = {i: i * i for i in range(40)}
    inverse = {value: key for key, value in numbers.items()}
    return (
        sum(numbers.values()),
        max(groups, key=lambda k: len(groups[k])),
        merged.pop("other"),
        table.get("none", 0),
        [inverse[k] for k in sorted(inverse) if k in numbers],
        {(i, j): i * j for i in range(6) for j in range(6)}[2, 3],
    )


def _lists():
    numbers = [(i * 7919) % 101 for i in range(80)]
    ordered = sorted(numbers)
    numbers.sort(key=lambda n: (-n % 10, n))
    numbers[5:10] = [0] * 5
    numbers.append(numbers.pop(0))
    numbers.extend(reversed(ordered[:10]))
    numbers.insert(3, 99)
    numbers.remove(99)
    pairs = [(a, b) for a, b in zip(numbers, ordered) if a != b]
    matrix = [[i * j for j in range(8)] for i in range(8)]
    transposed = [list(row) for row in zip(*matrix)]
    swapped = ordered[:]
    for i in range(len(swapped) - 1):
        if swapped[i] < swapped[i + 1]:
            swapped[i], swapped[i + 1] = swapped[i + 1], swapped[i]
    return (
        pairs[-1],
        transposed[2][3],
        numbers.index(0),
        ordered[-3:],
        sum(map(sum, matrix)),
        any(numbers),
        all(n < 200 for n in numbers),
        len(set(numbers) & set(ordered)),
        list(filter(None, numbers))[:3],
        max(ordered),
    )


class _Shape:
    count = 0

    def __init__(self, name, *sizes, scale=1.0):
        self.name, self.sizes, self._scale = name, sizes, scale
        type(self).count += 1

    @property
    def scale(self):
        return self._scale

    @scale.setter
    def scale(self, value):
        if value <= 0:
            raise ValueError(f"not positive: {value}")
        self._scale = value

    def area(self):
        raise NotImplementedError

    def __lt__(self, other):
        return self.area() < other.area()

    def __eq__(self, other):
        return isinstance(other, _Shape) and self.name == other.name

    def __hash__(self):
        return hash(self.name)

    def __repr__(self):
        return f"{type(self).__name__}({self.name!r}, {', '.join(map(str, self.sizes))})"


class _Rectangle(_Shape):
    def area(self):
        width, height = self.sizes
        return width * height * self.scale


class _Circle(_Shape):
    __slots__ = ()

    def __init__(self, name, radius):
        super().__init__(name, radius)

    def area(self):
        return math.pi * self.sizes[0] ** 2 * self.scale

    @classmethod
    def unit(cls):
        return cls("unit", 1)

    @staticmethod
    def dimension():
        return 2


class _Vector:
    __slots__ = ("x", "y")

    def __init__(self, x, y):
        self.x = x
        self.y = y

    def __add__(self, other):
        return _Vector(self.x + other.x, self.y + other.y)

    def __mul__(self, factor):
        return _Vector(self.x * factor, self.y * factor)

    def __getitem__(self, index):
        return (self.x, self.y)[index]

    def __len__(self):
        return 2


def _objects():
    shapes = [_Rectangle(f"r{i}", i, 3) if i % 2 else _Circle(f"c{i}", i) for i in range(1, 15)]
    for shape in shapes:
        shape.scale = shape.scale * 1.5
        with contextlib.suppress(ValueError):
            shape.scale = -1
    position, speed = _Vector(0.0, 0.0), _Vector(1.0, -0.5)
    for _ in range(50):
        position = position + speed * 0.1
        speed.x -= position.x * 0.01
        speed.y -= position[1] * 0.01
    return (
        sorted(shapes)[0],
        _Circle.unit(),
        _Circle.dimension(),
        len({*shapes}),
        getattr(shapes[0], "none", None),
        hasattr(position, "x"),
        isinstance(shapes[0], _Shape),
        str(shapes),
        shapes[0] == shapes[1],
    )


def _numbers_up_to(limit):
    for number in range(limit):
        got = yield number
        if got:
            yield got


def _generators():
    def pairs(values):
        yield from ((a, b) for a in values for b in values if a < b)

    def closures(n):
        total = 0

        def add(amount, *more, factor=1, **options):
            nonlocal total
            total += (amount + sum(more)) * factor + len(options)
            return total

        return [add(i, i, factor=2, name=n) for i in range(n)]

    generator = _numbers_up_to(10)
    next(generator)
    generator.send(5)
    first, *middle, last = _numbers_up_to(20)
    return (
        list(pairs(range(12))),
        closures(20),
        first,
        last,
        len(middle),
        sum(n for n in _numbers_up_to(60) if n % 2),
        list(itertools.islice(itertools.chain(itertools.count(3), "ab"), 5)),
        [list(group) for _, group in itertools.groupby(range(20), lambda n: n // 6)],
        list(itertools.combinations(range(6), 3))[-1],
        list(itertools.product("ab", repeat=3))[-1],
        list(itertools.accumulate(range(20), operator.add)),
        list(itertools.permutations(range(4)))[5],
    )


def _exceptions():
    class Refused(ValueError):
        pass

    def check(value):
        try:
            if value % 5 == 0:
                raise Refused(value)
            return 100 // (value % 3)
        except ZeroDivisionError as e:
            return str(e)
        finally:
            seen.append(value)

    seen, failed = [], 0
    for i in range(40):
        try:
            check(i)
            {}["none"] if i % 7 == 0 else int("12" if i % 2 else "x")
        except Refused as e:
            failed += e.args[0]
        except (KeyError, ValueError):
            failed += 1
        else:
            failed -= 1
    return failed, len(seen)


def _recursion():
    def fibonacci(n):
        return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)

    def place(row, columns, up, down, size):
        if row == size:
            return 1
        found = 0
        for column in range(size):
            if column not in columns and row + column not in up and row - column not in down:
                found += place(row + 1, columns | {column}, up | {row + column}, down | {row - column}, size)
        return found

    @functools.lru_cache(maxsize=None)
    def distance(a, b):
        if not a or not b:
            return len(a) + len(b)
        return min(distance(a[1:], b) + 1, distance(a, b[1:]) + 1, distance(a[1:], b[1:]) + (a[0] != b[0]))

    return fibonacci(11), place(0, frozenset(), frozenset(), frozenset(), 5), distance("saturday", "sundays")


def _primes():
    limit = 500
    sieve = bytearray([1]) * limit
    flags = [True] * limit
    for i in range(2, int(limit**0.5) + 1):
        if sieve[i]:
            sieve[i * i :: i] = bytes(len(range(i * i, limit, i)))
            for j in range(i * i, limit, i):
                flags[j] = False
    return [i for i in range(2, limit) if flags[i]], sum(sieve)


def _json():
    record = {
        "id": 7,
        "name": "Zoë",
        "tags": ["a", "b"],
        "price": 12.5,
        "ok": True,
        "none": None,
        "nested": [{"x": i, "y": [i, i * 0.5, str(i)]} for i in range(12)],
    }
    text = json.dumps(record)
    again = json.loads(text)
    return again == record, json.dumps(again, indent=2, sort_keys=True), json.loads('[1, 2.5e3, "\\u00e9\\n"]')


_LINE = re.compile(r"(?P<date>\d{4}-\d\d-\d\d) (\S+) (?P<level>[A-Z]+)\s+\[(.*?)\] request (\d+) took ([\d.]+) ms")


def _expressions():
    counts = collections.Counter()
    for line in _LINES[:20]:
        match = _LINE.match(line)
        if match:
            counts[match["level"]] += 1
            counts[match.group(2)[:2]] += float(match.group(6)) > 20
        fields = dict(re.findall(r"(\w+)=(\S+)", line))
        counts[fields["status"]] += 1
    return (
        counts.most_common(3),
        re.sub(r"[aeiou]", "*", _TEXT),
        re.split(r"[,;.\s]+", _TEXT),
        re.search(r"epoch of (\w+)", _TEXT).group(1),
        [m.start() for m in re.finditer("was", _TEXT)],
    )


def _logs():
    levels, slowest = collections.defaultdict(list), []
    for number, line in enumerate(_LINES, 1):
        date, clock, level, rest = line.split(None, 3)
        hours, minutes, seconds = map(int, clock.split(":"))
        levels[level].append(hours * 3600 + minutes * 60 + seconds)
        took = float(rest[rest.index("took ") + 5 : rest.index(" ms")])
        heapq.heappush(slowest, (-took, number, date))
        if len(slowest) > 5:
            slowest.pop()
    return {level: (min(times), max(times), sum(times) / len(times)) for level, times in levels.items()}, slowest[0]


def _containers():
    Point = _Point
    queue = collections.deque(range(20), maxlen=15)
    queue.rotate(3)
    queue.appendleft(queue.pop())
    graph = {n: [(n * 3 + 1) % 20, (n * 7 + 2) % 20] for n in range(20)}
    seen, waiting = {0}, collections.deque([(0, 0)])
    while waiting:
        node, distance = waiting.popleft()
        for other in graph[node]:
            if other not in seen:
                seen.add(other)
                waiting.append((other, distance + 1))
    ordered = collections.OrderedDict((word, len(word)) for word in _TEXT.split())
    ordered.move_to_end("was")
    heap = [(n * 7919 % 100, n) for n in range(30)]
    heapq.heapify(heap)
    positions = [bisect.bisect(range(0, 100, 7), n) for n in range(0, 100, 9)]
    return (
        Point(1, 2)._replace(y=3),
        collections.Counter(_TEXT.split()).most_common(4),
        positions,
        [heapq.heappop(heap) for _ in range(10)],
        heapq.nlargest(3, heap),
        collections.ChainMap({1: 2}, {3: 4})[3],
    )


_Point = collections.namedtuple("_Point", "x y")


@dataclasses.dataclass(order=True)
class _Item:
    name: str
    price: float = 0.0
    tags: list = dataclasses.field(default_factory=list, compare=False)

    def total(self, count):
        return self.price * count


class _Color(enum.Enum):
    RED = 1
    GREEN = 2


def _records():
    items = [_Item(f"item{i % 7}", i * 1.5, [i]) for i in range(20)]
    items.sort()
    copy = dataclasses.replace(items[0], price=9)
    return (
        sum(item.total(2) for item in items),
        dataclasses.asdict(copy),
        repr(copy),
        _Color.RED.name,
        _Color(2),
        [color.value for color in _Color],
        sorted(items, key=operator.attrgetter("price"), reverse=True)[0],
    )


def _tables():
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(["name", "amount", "note"])
    writer.writerows([f"n{i}", i * 2.5, 'with "quotes", and more' if i % 4 == 0 else "plain"] for i in range(20))
    totals = {}
    for row in csv.DictReader(io.StringIO(out.getvalue(), newline="")):
        totals[row["note"]] = totals.get(row["note"], 0) + float(row["amount"])
    return totals, list(csv.reader(["a;b;'c;d'"], delimiter=";", quotechar="'"))


def _chances():
    chance = random.Random(7)
    values = [chance.random() for _ in range(40)] + [chance.gauss(0, 1) for _ in range(20)]
    deck = list(range(30))
    chance.shuffle(deck)
    inside = sum(chance.random() ** 2 + chance.uniform(-1, 1) ** 2 < 1 for _ in range(60))
    return (
        chance.randint(1, 6),
        chance.choice(deck),
        chance.sample(deck, 5),
        chance.choices(deck, k=5),
        inside,
        statistics.mean(values),
        statistics.median(values),
        statistics.pstdev(values),
        random.random(),
    )


def _times():
    begin = datetime.datetime(2026, 1, 31, 12, 30)
    days = [begin + datetime.timedelta(days=i, minutes=i * 7) for i in range(15)]
    return (
        [day.isoformat() for day in days],
        [day.strftime("%Y-%m-%d %H:%M") for day in days[:4]],
        datetime.datetime.strptime("2026-03-01 10:00:00", "%Y-%m-%d %H:%M:%S") - begin,
        datetime.date(2026, 1, 1).weekday(),
        (days[-1] - days[0]).total_seconds(),
        days[0] < days[1],
        datetime.datetime.fromisoformat("2026-03-01T10:00:00"),
        time.perf_counter(),
        time.strftime("%H"),
    )


def _bytes():
    data = bytes(range(256)) * 2
    packed = struct.pack("<IhdB", 7, -2, 2.5, 255)
    view = memoryview(bytearray(data))[10:50]
    return (
        hashlib.sha256(data).hexdigest(),
        hashlib.md5(data).hexdigest(),
        struct.unpack("<IhdB", packed),
        data.hex()[:20],
        bytes(b ^ 0x55 for b in data[:64]),
        view.tobytes().find(b"\x20"),
        int.from_bytes(data[:8], "big"),
        (1234567).to_bytes(4, "little"),
        b",".join([b"a", b"b"]).split(b","),
    )


def _pickles():
    thing = {
        "a": [1, 2.5, None, True],
        "b": (_Point(1, 2), {"x", "y"}),
        "c": _Item("n", 2.0, [1]),
        "d": b"bytes",
        "e": [f"text {i}" for i in range(20)],
        "f": list(range(50)),
    }
    return pickle.loads(pickle.dumps(thing)) == thing


def _files():
    with tempfile.TemporaryDirectory(prefix="polyproc-warmup-") as folder:
        path = os.path.join(folder, "data.txt")
        with open(path, "w", encoding="utf-8") as file:
            for line in _LINES:
                file.write(line + "\n")
        words = 0
        with open(path, encoding="utf-8") as file:
            for line in file:
                words += len(line.rstrip("\n").split())
        with open(path, "rb") as file:
            size = len(file.read())
        return words, size == os.path.getsize(path), os.listdir(folder), os.path.splitext(path)[1]


def _others():
    return (
        decimal.Decimal("1.10") * 3 + decimal.Decimal(7) / 3,
        textwrap.wrap(_TEXT, 40),
        functools.reduce(lambda a, b: a * b, range(1, 20)),
        functools.partial(max, 3)(5),
        string.Template("$a").substitute(a=1),
    )


def _matrices():
    n = 8
    a = [[float(i * j % 7) for j in range(n)] for i in range(n)]
    product = [[0.0] * n for _ in range(n)]
    for i in range(n):
        for j in range(n):
            total = 0.0
            for k in range(n):
                total += a[i][k] * a[k][j]
            product[i][j] = total
    flat = [value for row in product for value in row]
    return [sum(x * y for x, y in zip(row, column)) for row in a for column in zip(*a)][-1], max(flat)


def _grids():
    size, cells = 9, {}
    for row in range(size):
        for column in range(size):
            cells[row, column] = set(range(1, 10)) - {(row * 3 + row // 3 + column) % 9 + 1}
    for (row, column), options in cells.items():
        neighbours = [(row + dr, column + dc) for dr in (-1, 0, 1) for dc in (-1, 0, 1) if dr or dc]
        for neighbour in neighbours:
            if neighbour in cells and len(options) > 2:
                options = options - {min(cells[neighbour])} if cells[neighbour] else options
        cells[row, column] = options
    board = ["." * size for _ in range(size)]
    text = "\n".join(line.replace(".", str(i)) for i, line in enumerate(board))
    return sum(map(len, cells.values())), text, [row[::2] for row in board], [c for c in text if c.isdigit()][:5]


PIECES = (
    _integers,
    _floats,
    _complex_numbers,
    _text,
    _formatting,
    _dictionaries,
    _lists,
    _objects,
    _generators,
    _exceptions,
    _recursion,
    _primes,
    _json,
    _expressions,
    _logs,
    _containers,
    _records,
    _tables,
    _chances,
    _times,
    _bytes,
    _pickles,
    _files,
    _others,
    _matrices,
    _grids,
    *variety.PIECES,
    *failures.PIECES,
    *library.PIECES,
)

_pieces = itertools.cycle(PIECES)
