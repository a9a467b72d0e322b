# conformance: input() writes out what was printed, asks, and reads a line from sys.stdin
# stdin: one\ntwo\r\n\nthree
import io
import os
import sys


class Stream(io.StringIO):
    """Tells what is done to it."""

    def __init__(self, name, content=""):
        super().__init__(content)
        self.name_ = name

    def write(self, text):
        log.append((self.name_, "write", text))
        return len(text)

    def flush(self):
        log.append((self.name_, "flush"))

    def readline(self, *args):
        log.append((self.name_, "readline", args))
        return super().readline(*args)


def attempt(*args, **kwargs):
    try:
        return repr(input(*args, **kwargs))
    except BaseException as e:
        return f"{type(e).__name__}: {e}"


def with_streams(stdin, *args, stdout=True, stderr=True):
    global log
    log = []
    saved = sys.stdin, sys.stdout, sys.stderr
    sys.stdin = stdin
    sys.stdout = Stream("out") if stdout is True else stdout
    sys.stderr = Stream("err") if stderr is True else stderr
    try:
        result = attempt(*args)
    finally:
        sys.stdin, sys.stdout, sys.stderr = saved
    print(result, log)


class Prompt:
    def __str__(self):
        return "a prompt "


class NoFlush(Stream):
    def flush(self):
        raise OSError("no flush")


class Failing(Stream):
    def readline(self, *args):
        return 5


log = []
print(attempt(), attempt("prompt: "), attempt(), attempt(""), attempt())
with_streams(Stream("in", "line\nmore"))
with_streams(Stream("in", "line\nmore"), "ask ")
with_streams(Stream("in", "no end"), Prompt())
with_streams(Stream("in", ""))
with_streams(None)
with_streams(Stream("in", "x\n"), stdout=None)
with_streams(Stream("in", "x\n"), stderr=None)
with_streams(Stream("in", "x\n"), "p", stderr=NoFlush("err"))
with_streams(Stream("in", "x\n"), "p", stdout=NoFlush("out"))
with_streams(Failing("in", "x\n"))
with_streams(object())
saved = sys.stdin
del sys.stdin
print(attempt())
sys.stdin = saved
print(sys.stdin.newlines, sys.stdin.line_buffering)
print(repr(input))
with open("lines.txt", "w+b") as file:
    file.write(b"a\r\nb\rc\n")
for newline in None, "", "\n", "\r", "\r\n":
    with open("lines.txt", newline=newline) as file:
        print(repr(newline), file.newlines, file.readlines(), file.newlines)
os.remove("lines.txt")
