# conformance: sums of floats, pickled dates, texts in UTF-16, locales and matches are what CPython 3.12 makes of them
import codecs
import csv
import datetime
import fractions
import io
import locale
import os
import pickle
import pickletools
import random
import re
import signal
import sys
import threading


def sums():
    print(sum([0.1] * 10), sum((0.1, 0.2, 0.3)), sum([1e100, 1.0, -1e100]), sum({0.5: 1, 0.25: 2}), sum(x / 10 for x in range(10)))
    print(sum([1, 2], start=3), sum([True, 2]), sum([]), sum([], 0.5), sum([[1], [2]], []), sum([1j, 0.1, 2]))
    source = random.Random(5)
    kinds = (
        lambda: source.uniform(-1e10, 1e10),
        lambda: source.uniform(-1, 1) * 10 ** source.randint(-20, 20),
        lambda: source.randrange(-(10**6), 10**6),
        lambda: source.random() < 0.5,
        lambda: 10 ** source.randint(15, 25),
        lambda: float(source.choice(["inf", "nan", "1e308"])),
        lambda: fractions.Fraction(source.randrange(9), 7),
    )
    digest = 0
    for _ in range(300):
        numbers = [source.choice(kinds)() for _ in range(source.randrange(12))]
        for start in 0, 0.1, True:
            results = {repr(sum(numbers, start)), repr(sum(iter(numbers), start)), repr(sum(tuple(numbers), start))}
            assert len(results) == 1, (numbers, results)
            digest = (digest * 31 + sum(map(ord, results.pop()))) % 2**61
    print("many:", digest)
    for arguments in (["a"], ""), ([b""], b""), (5,), ([1], "x"), ([1, None],):
        try:
            print(sum(*arguments))
        except TypeError as e:
            print(type(e).__name__, e)


def dates():
    for value in (
        datetime.datetime(2020, 1, 2, 3, tzinfo=datetime.timezone.utc),
        datetime.date(2020, 1, 2),
        datetime.time(1),
        datetime.timedelta(1, 2),
    ):
        data = pickle.dumps(value)
        modules = {argument for _, argument, _ in pickletools.genops(data) if isinstance(argument, str)}
        print(repr(value), type(value), modules & {"datetime", "_pydatetime", "_datetime"}, pickle.loads(data) == value)


def texts():
    for encoding in "utf-16", "UTF-32", "utf16", "utf-16-le", "utf-8-sig":
        with open("text", "w", encoding=encoding) as file:
            file.write("a"), file.write("b")
        with open("text", "a", encoding=encoding) as file:
            file.write("c"), file.write("d")
        with open("text", "r+", encoding=encoding) as file:
            file.seek(0, 2), file.write("e"), file.seek(0)
            text = file.read()
        with open("text", "rb") as file:
            print(encoding, file.read(), text)
        with open("text", "w+", encoding=encoding) as file:
            file.write("ab"), file.seek(0), file.truncate(), file.write("c"), file.write("d")
        with open("text", "rb") as file:
            print(encoding, file.read())
    os.remove("text")
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-16")
    csv.writer(out).writerows([[1, 2], [3]])
    out.flush()
    print(out.buffer.getvalue(), b"".join(codecs.iterencode(["a", "b"], "utf-16")))
    writer = codecs.getwriter("utf-16")(io.BytesIO())
    writer.write("a"), writer.write("b")
    print(writer.stream.getvalue())


def locales():
    print(locale.setlocale(locale.LC_NUMERIC), locale.localeconv()["thousands_sep"] == "", locale.localeconv())
    print(locale.format_string("%d", 1234567, grouping=True), locale.currency.__name__, locale.str(1.5), locale.atof("1.5"))
    for name in "C", "POSIX", "C.UTF-8", ("C", "UTF-8"):
        print(name, locale.setlocale(locale.LC_ALL, name), locale.setlocale(locale.LC_TIME), locale.getlocale())
    for name in "no_SUCH", "xx_XX.UTF-8", "C.UTF-8;C":
        try:
            print(locale.setlocale(locale.LC_ALL, name))
        except locale.Error as e:
            print(name, e)
    mixed = locale.setlocale(locale.LC_ALL, "LC_CTYPE=C.UTF-8;LC_NUMERIC=C;LC_TIME=C;LC_COLLATE=C;LC_MONETARY=C;LC_MESSAGES=C"
                             ";LC_PAPER=C;LC_NAME=C;LC_ADDRESS=C;LC_TELEPHONE=C;LC_MEASUREMENT=C;LC_IDENTIFICATION=C")
    print(mixed)


def refused_signals():
    for number in signal.SIGKILL, signal.SIGSTOP:
        try:
            signal.signal(number, signal.SIG_IGN)
        except OSError as e:
            print(e)

    def set_in_thread():
        try:
            signal.signal(signal.SIGUSR1, signal.SIG_IGN)
        except ValueError as e:
            print(e, signal.getsignal(signal.SIGUSR1))

    thread = threading.Thread(target=set_in_thread)
    thread.start()
    thread.join()


sums()
dates()
texts()
locales()
refused_signals()
print(re.match("a+", "aab"), re.Match, re.Pattern, sys.getswitchinterval())
sys.setswitchinterval(0.25)
print(sys.getswitchinterval())
