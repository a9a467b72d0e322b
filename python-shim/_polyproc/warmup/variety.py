"""Everyday Python with arguments of many kinds: what was compiled for one kind of argument only is given up, and
compiled anew, when a program comes with another one. As in `_polyproc.warmup.everyday`, each piece is short and leaves nothing
behind.
"""

import base64
import bisect
import collections
import copy
import csv
import datetime
import functools
import heapq
import io
import itertools
import json
import logging
import math
import operator
import os
import pathlib
import queue
import random
import re
import statistics
import string
import sys
import tempfile
import threading

_TEXTS = (
    "alpha beta gamma",
    "x=1, y=22; z=333",
    "2026-03-01T10:20:30 ERROR db: lost 17 rows",
    "Ünïcödé — text №5",
    "",
    "a",
    "one\ntwo\nthree\n",
    "key: value\nother: 12.5",
    "https://example.org/a/b?c=d&e=f",
    "mail@example.org, b@c.de",
)
_PATTERNS = (
    r"[a-z']+",
    r"\d+",
    r"(\w+)=(\d+)",
    r"[.?!]\s*",
    r"^(\w+): (.*)$",
    r"\s+",
    r"(?P<user>\w+)@(?P<host>[\w.]+)",
    r"(\d{4})-(\d\d)-(\d\d)",
    r"\b(ERROR|WARN)\b",
    r"[aeiou]",
    r",\s*",
    r"(a)|(b)",
    r"\W",
    r".",
    r"x*",
)
_SEQUENCES = (
    [1, 2, 3, 5, 8],
    ["one", "two", "three"],
    (1.5, 2.5, 3.5),
    ".?!",
    range(10),
    [(1, "a"), (2, "b")],
    ("p", "q", "r"),
    [None, True, "x", 1],
    b"bytes",
    [[1, 2], [3]],
)


def _matches():
    found = []
    for source in _PATTERNS:
        pattern = re.compile(source, re.MULTILINE)
        for text in _TEXTS:
            found += (
                pattern.findall(text),
                pattern.split(text),
                pattern.sub("-", text),
                [m.span() for m in pattern.finditer(text)],
            )
            match = pattern.search(text)
            if match:
                found += match.group(), match.group(0), match.groups(), match.groupdict(), match.start(), match.end()
            pattern.match(text), pattern.fullmatch(text)
        pattern.sub(lambda m: m.group().upper(), _TEXTS[0]), pattern.subn(r"<\g<0>>", _TEXTS[1], 1)
    for source in (rb"\d+", rb"(\w)=(\w)", rb"\s"):
        data = _TEXTS[1].encode()
        found += re.findall(source, data), re.split(source, data), re.sub(source, b"-", data)
    return len(found), re.escape("a.b"), re.split(r"(\d)", "a1b2", maxsplit=1), re.match("a", "A", re.IGNORECASE)


def _random_kinds():
    for seed in (7, 2**40, "text", b"bytes", None, 3.5):
        chance = random.Random(seed)
        for values in _SEQUENCES:
            chance.choice(values)
            chance.choices(values, k=3)
        for values in ([1, 2, 3, 4, 5], list("abcdef"), range(100), ("x", "y", "z")):
            chance.sample(values, 2)
        for values in ([1, 2, 3], ["a", "b"], [(1, 2), (3, 4)], [1.5, 2.5]):
            chance.shuffle(values)
        chance.choices(["a", "b"], weights=[1, 2]), chance.choices(range(3), cum_weights=(1, 2, 3), k=2)
        chance.randint(0, 9), chance.randint(-5, 10**12), chance.randrange(7), chance.randrange(1, 9)
        chance.randrange(0, 99, 3)
        chance.uniform(0, 1), chance.uniform(-1.5, 2), chance.gauss(), chance.gauss(10, 2.5), chance.normalvariate(0, 1)
        chance.expovariate(1.5), chance.triangular(0, 1, 0.5), chance.betavariate(1, 2), chance.getrandbits(16)
        chance.random()
    return random.choice("ab"), random.randint(1, 2), random.uniform(1, 2), random.sample(range(5), 2)


def _counters():
    counts = collections.Counter()
    for things in (
        "abracadabra",
        [1, 2, 1],
        (w for w in _TEXTS),
        zip("ab", "bc"),
        {"a": 3, "b": 1},
        [(1, 2), (1, 2)],
        map(len, _TEXTS),
        range(4),
        [1.5, 2.5, 1.5],
        ["x", "y", "x"],
    ):
        counted = collections.Counter(things)
        counts.update(counted)
        counts.subtract(counted)
        counted.most_common(2), counted.most_common(), counted.total(), sum(counted.values())
        sorted(counted.items(), key=str)
        counted["missing"], counted + counted, counted & counted, dict(counted)
    counts.update("ab", b=2)
    numbers, lists, sets = (collections.defaultdict(kind) for kind in (int, list, set))
    for key in ("a", 1, (1, 2), 2.5, None, frozenset("a"), "b", b"c"):
        numbers[key] += 1
        lists[key].append(key)
        sets[key].add(key)
        lists.get(key), key in sets, numbers.setdefault(key, 3)
    nested = collections.defaultdict(lambda: collections.defaultdict(float))
    for row, column in itertools.product("ab", range(3)):
        nested[row][column] += 0.5
    return len(lists), sorted(numbers.values()), {row: dict(columns) for row, columns in nested.items()}


def _dictionaries():
    for keys in ("abcdef", range(8), (1.5, 2.5), [(1, 2), (3, 4)], [None, True, "x"], (b"a", b"b")):
        table = dict.fromkeys(keys)
        for number, key in enumerate(keys):
            table[key] = number
            table[key] = str(number)
            table[key], table.get(key), key in table, table.pop(key, None), table.setdefault(key, [number])
        table.update(table), table.update([("k", 1)]), table.update(zip(keys, keys)), table.update(k=2)
        list(table), list(table.keys()), list(table.values()), list(table.items()), len(table), table.copy(), {**table}
        [key for key in table], [(key, value) for key, value in table.items()], {key: 0 for key in table}
        for key in list(table):
            del table[key]
        values = set(keys)
        values.add(0), values.discard(0), values | {1}, values & {1}, values - {1}, values ^ {1}, 1 in values
        frozenset(values)
        values.update(keys), sorted(values, key=repr), len(values), values.issubset(values), values.isdisjoint({2})
    return dict(a=1, b=2), dict([("a", 1)]), dict(zip("ab", (1, 2))), {"a": 1} == {"a": 1.0}, {"a": 1} | {"b": 2}


def _sequences():
    for values in _SEQUENCES:
        items = list(values)
        items[0], items[-1], items[1:], items[::-1], items[0:1], len(items), items * 2, items + items, items.copy()
        items.append(items[0]), items.extend(values), items.insert(1, items[-1]), items.pop(), items.pop(0), items.reverse()
        items.index(items[0]), items.count(items[0]), items[0] in items, tuple(items), list(reversed(items))
        list(enumerate(items, 1))
        items[0] = items[1]
        items[1:2] = [items[0], items[0]]
        items == items[:], [item for item in items if item], list(map(str, items)), list(filter(None, items))
        list(zip(items, items))
        sorted(items, key=str), sorted(items, key=repr, reverse=True), max(items, key=str), min(items, key=repr)
        any(items), all(items)
        max(items[0], items[0], key=str), [*items, *values], list(itertools.chain(items, values)), _first_and_rest(*items)
        for _ in zip(items, range(3), "abc"):
            pass
    for numbers in ([3, 1, 2], [2.5, 1.5], (1, 2.5), range(5), [True, 2], [10**20, 1]):
        sum(numbers), max(numbers), min(numbers), sorted(numbers), sum(n * n for n in numbers)
        sorted(numbers, reverse=True)
        max(n for n in numbers), min(numbers, default=0), statistics.mean(numbers), list(itertools.accumulate(numbers))
        heap = list(numbers)
        heapq.heapify(heap), heapq.heappush(heap, 2), heapq.heappop(heap), heapq.nlargest(2, heap)
        heapq.nsmallest(2, heap, key=lambda n: -n)
        bisect.bisect_left(sorted(numbers), 2), bisect.insort(heap, 1), max(1, 2), min(1.5, 2), max(numbers, default=None)
    for things in (["b", "a"], [("b", 1), ("a", 2)], [[2], [1]], ["B", "a"]):
        sorted(things), max(things), min(things), heapq.nlargest(1, things), heapq.nlargest(2, things, key=len)
        heapq.nsmallest(1, things)
        sorted(things, key=len), sorted(things, key=operator.itemgetter(0)), functools.reduce(lambda a, b: a + b, things)
        heap = []
        for thing in things:
            heapq.heappush(heap, thing), heapq.heappush(heap, thing)
        heapq.heappop(heap), heapq.heappushpop(heap, things[0]), heapq.heapreplace(heap, things[0])
    return sum([[1], [2]], []), sum((0.1,) * 3), list(range(10, 0, -3)), list(itertools.zip_longest("ab", "c")), divmod(7.5, 2)


def _first_and_rest(first, *rest, **options):
    return first, rest, options


def _strings():
    for text in _TEXTS:
        text.split(), text.split(" "), text.split("=", 1), text.rsplit(",", 1), text.splitlines(), text.partition(":")
        text.strip()
        text.upper(), text.lower(), text.title(), text.capitalize(), text.replace("a", "b"), text.replace("a", "", 1)
        text.find("e")
        text.startswith("a"), text.endswith(("a", "\n")), text.count("a"), text.isdigit(), text.isalpha(), text.isspace()
        text.zfill(9)
        text.encode(), text.encode("utf-16").decode("utf-16"), text[::-1], text[:3], text[-2:], text.center(30, "*")
        text.ljust(9)
        text.translate({97: "A"}), text.casefold(), "b" in text, text == "a", text < "b", text + "b", text * 2
        hash(text), len(text)
        "".join(text), ",".join(text.split()), "-".join(c for c in text), "".join(sorted(text))
        "|".join(map(str.upper, text)), list(text)
        repr(text), str(text), ascii(text), f"{text!r:>20}", f"{text:<12}|", "%s" % text, "%-10s" % text
        "{:>8}".format(text), set(text)
        [ord(c) for c in text], text.strip("a"), text.lstrip(), text.rstrip("\n"), text.removeprefix("key")
        text.expandtabs(4), text.index("")
    for value in (7, -3, 2.5, 10**20, True, None, 1e-9, 2 + 1j, "s", b"b", [1, "a"], (1,), {"k": 1}, {1}, float("inf")):
        str(value), repr(value), f"{value}", "%s" % (value,), "{}".format(value), f"{value!s:>9}", bool(value)
        isinstance(value, (int, str))
    for number in (7, -3, 2.5, 1234567.891, 0.001, 10**12, True):
        f"{number:10.2f}", f"{number:,}", "%8.3f" % number, "%d" % number, f"{number:e}", f"{number:g}"
        "{:05.1f}".format(number), int(number)
        round(number), round(number, 1), abs(number), float(number), number // 2, number % 3, number / 7, -number
        number**2, number < 3
        math.floor(number), math.sqrt(abs(number)), math.fmod(number, 2), number == 7, min(number, 2), max(number, 2.5)
        number * 1.5, number + 1
    out = io.StringIO()
    for values in ((1, "a"), (2.5,), ("x", [1], {"k": None}), (), (b"b", (1, 2))):
        print(*values, file=out)
        print(*values, sep="-", end="", file=out, flush=True)
    return (
        int("12"),
        int("ff", 16),
        int(" 7 "),
        float("2.5e3"),
        int(2.9),
        str(b"a", "ascii"),
        out.getvalue(),
        string.ascii_letters,
    )


def _documents():
    records = {str(i): {"id": i, "tags": ["é", "b"], "ok": i % 2 == 0} for i in range(5)}
    things = (
        {"a": [1, 2.5, None, True, "x"], "b": {"c": {"d": []}}},
        [[i, i / 2, str(i)] for i in range(9)],
        records,
        {1: 2, None: "n", True: []},  # noqa: F601
        "text",
        17,
        2.5,
        None,
        [],
        {},
    )
    ways = ({}, {"indent": 2}, {"sort_keys": False, "ensure_ascii": False}, {"separators": (",", ":")}, {"default": str})
    for thing in things:
        for options in ways:
            text = json.dumps(thing, **options)
            json.loads(text), json.loads(text.encode())
        stream = io.StringIO()
        json.dump(thing, stream), stream.seek(0), json.load(stream)
        copy.deepcopy(thing), copy.copy(thing), repr(thing), str(thing), thing == json.loads(text)
    json.dumps({"d": datetime.date(2026, 1, 1), "s": {1}}, default=str)
    json.loads('[1.5e3, -2, true, "\\ud83d\\ude00"]', parse_float=float)
    rows = [["n", "v", "w"], ["a", 1, 2.5], ["b, c", 'quo"te', None], ["d", "", "line\nbreak"]]
    for options in ({}, {"delimiter": ";"}, {"quoting": csv.QUOTE_ALL}, {"dialect": "excel-tab"}):
        out = io.StringIO(newline="")
        csv.writer(out, **options).writerows(rows)
        for row in csv.reader(io.StringIO(out.getvalue(), newline=""), **options):
            [float(field) if field[:1].isdigit() else field for field in row]
        table = csv.DictWriter(out, ["n", "v"], **options)
        table.writeheader(), table.writerow({"n": 1, "v": "x"}), table.writerows([{"n": "y", "v": 2.5}])
        [dict(row) for row in csv.DictReader(out.getvalue().splitlines(), **options)]
    return base64.b64encode(b"abc").decode(), base64.b64decode("YWJj")


def _read_by_input(file):
    saved = sys.stdin
    sys.stdin = file
    try:
        while True:
            int(input())
    except EOFError:
        pass
    finally:
        sys.stdin = saved


def _files_and_paths():
    writing = ("w", "one\ntwo\n"), ("wb", b"bytes\n"), ("a", "more\n"), ("w+", "x"), ("x", "new")
    reading = (
        ("r", {}),
        ("rb", {}),
        ("r", {"encoding": "utf-8", "newline": ""}),
        ("r", {"errors": "replace"}),
        ("r", {"newline": "\n"}),  # as standard input
    )
    with tempfile.TemporaryDirectory(prefix="polyproc-warmup-") as folder:
        for number, (mode, content) in enumerate(writing):
            name = os.path.join(folder, f"file{number}.txt")
            with open(name, mode, **({} if "b" in mode else {"encoding": "utf-8"})) as file:
                file.write(content), file.flush(), file.tell()
            for mode_of_reader, options in reading:
                with open(name, mode_of_reader, **options) as file:
                    file.readline(), file.read(2), file.read(), file.seek(0), file.readlines(), file.seek(0)
                    [line for line in file]
            os.stat(name).st_size, os.path.exists(name), os.path.getsize(name), os.path.isfile(name), os.path.basename(name)
        with open(name, "w") as file:
            file.writelines(f"{n}\n" for n in range(300))
        with open(name, newline="\n") as file:
            _read_by_input(file)
        path = pathlib.Path(folder)
        other = path / "sub" / "data.json"
        other.parent.mkdir(parents=True, exist_ok=True)
        other.write_text("{}", encoding="utf-8"), other.read_text(encoding="utf-8"), other.write_bytes(b"b")
        other.read_bytes()
        other.name, other.stem, other.suffix, other.parent.name, other.exists(), str(other), other.is_file()
        other.with_suffix(".txt")
        sorted(path.glob("*.txt")), [entry.name for entry in os.scandir(folder)], list(os.walk(folder))
        sorted(path.iterdir())
        os.rename(name, name + "2"), os.remove(name + "2"), other.unlink(), os.listdir(path)
    return (
        os.path.join("a", "b", "c"),
        os.path.splitext("a.b"),
        os.path.dirname("a/b"),
        os.path.normpath("a/../b"),
        os.path.abspath("a"),
    )


def _threads():
    lines = io.StringIO()
    handler = logging.StreamHandler(lines)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    log = logging.Logger("warmup")
    log.addHandler(handler)
    log.info("number %d of %s", 1, "two"), log.warning("plain"), log.debug("%r", [1])
    items, done, lock, came = queue.Queue(), [], threading.Lock(), threading.Event()

    def work(*arguments, **options):
        while (item := items.get()) is not None:
            with lock:
                done.append((item, arguments, options))
        came.set()

    thread = threading.Thread(target=work, args=(1,), kwargs={"option": 2}, daemon=True)
    thread.start()
    for item in (1, "a", 2.5, (1, 2), [3], None):
        items.put(item)
    thread.join()
    return came.wait(1), len(done), threading.current_thread().name, threading.local(), log.isEnabledFor(logging.INFO)


def _calls():
    @functools.wraps(_first_and_rest)
    def wrapper(*arguments, **options):
        return _first_and_rest(*arguments, **options)

    class Base:
        kind = "base"

        def __init__(self, value=None, *, name="n"):
            self.value, self.name = value, name

        def __call__(self, other=0):
            return self.value if other is None else other

        def __enter__(self):
            return self

        def __exit__(self, *exception):
            return False

        def __iter__(self):
            return iter((self.value, self.name))

        @functools.cached_property
        def both(self):
            return self.value, self.name

    class Derived(Base):
        def __init__(self, *arguments, **options):
            super().__init__(*arguments, **options)
            self.more = {}

        def __getattr__(self, name):
            if name.startswith("_"):
                raise AttributeError(name)
            return self.more.setdefault(name, len(self.more))

    found = []
    for value in (1, "a", 2.5, None, (1, 2), [1], {"k": 1}, {1}, b"b", Base):
        for kind in (Base, Derived):
            thing = kind(value, name="x")
            with thing as same:
                found += (
                    same.value,
                    same.name,
                    same.both,
                    thing(),
                    thing(value),
                    list(thing),
                    kind.kind,
                    vars(thing),
                    type(thing),
                )
            thing.value, thing.added = thing.name, value
            getattr(thing, "value"), setattr(thing, "value", value), hasattr(thing, "_none"), isinstance(thing, Base)
            id(thing), hash(thing)
        wrapper(value), wrapper(value, value, option=value), _first_and_rest(*[value, 1], **{"k": value})
        functools.partial(wrapper, value)(1)
        try:
            raise (ValueError, KeyError, RuntimeError)[len(found) % 3](value)
        except (ValueError, KeyError) as e:
            found += e.args[0], str(e), repr(e)
        except RuntimeError as e:
            found.append(e.args)
        finally:
            found.append(value)
    return (
        len(found),
        [f(2) for f in (abs, str, lambda n: n, functools.partial(pow, 2), math.sqrt)],
        operator.itemgetter(0, 1)("ab"),
    )


PIECES = (
    _matches,
    _random_kinds,
    _counters,
    _dictionaries,
    _sequences,
    _strings,
    _documents,
    _files_and_paths,
    _threads,
    _calls,
)
"""All that is to be done."""
