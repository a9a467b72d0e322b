"""Writes a web server's access log, parses it in two processes and prints a report.

    log_parsing.py LINES
"""

import os
import random
import re
import sys
import tempfile
from collections import Counter, defaultdict
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime

LINE = re.compile(r'(?P<host>\S+) - - \[(?P<time>[^\]]+)\] "(?P<method>[A-Z]+) (?P<path>\S+) HTTP/1\.1" '
                  r'(?P<status>\d{3}) (?P<size>\d+|-) "(?P<agent>[^"]*)"')
PATHS = ["/", "/index.html", "/login", "/api/orders", "/api/orders/{}", "/static/site.css", "/static/app.js",
         "/images/{}.png", "/search?q={}", "/missing/{}"]
AGENTS = ["Mozilla/5.0 (X11; Linux x86_64)", "curl/8.5.0", "Googlebot/2.1", "python-requests/2.31"]


def write_log(path, lines):
    rng = random.Random(1)
    with open(path, "w") as file:
        for number in range(lines):
            at = f"{1 + number * 28 // lines:02}/Feb/2024:{rng.randrange(24):02}:{rng.randrange(60):02}:00 +0000"
            page = rng.choice(PATHS).format(rng.randrange(50))
            status = 404 if page.startswith("/missing") else rng.choice((200, 200, 200, 200, 302, 304, 500))
            size = "-" if status == 304 else rng.randrange(200, 50000)
            method = "POST" if page == "/login" else "GET"
            file.write(f'10.0.{rng.randrange(4)}.{rng.randrange(250)} - - [{at}] "{method} {page} HTTP/1.1" '
                       f'{status} {size} "{rng.choice(AGENTS)}"\n')


class Summary:
    def __init__(self):
        self.statuses = Counter()
        self.hosts = Counter()
        self.errors = Counter()
        self.bytes_by_path = defaultdict(int)
        self.by_hour = Counter()
        self.by_weekday = Counter()
        self.rejected = 0

    def add(self, line):
        match = LINE.match(line)
        if match is None:
            self.rejected += 1
            return
        path = match["path"].partition("?")[0]
        status = int(match["status"])
        self.statuses[status] += 1
        self.hosts[match["host"]] += 1
        if match["size"] != "-":
            self.bytes_by_path[path] += int(match["size"])
        if status >= 400:
            self.errors[path, status] += 1
        when = datetime.strptime(match["time"], "%d/%b/%Y:%H:%M:%S %z")
        self.by_hour[when.hour] += 1
        self.by_weekday[when.strftime("%A")] += 1

    def merge(self, other):
        self.statuses.update(other.statuses)
        self.hosts.update(other.hosts)
        self.errors.update(other.errors)
        self.by_hour.update(other.by_hour)
        self.by_weekday.update(other.by_weekday)
        self.rejected += other.rejected
        for path, count in other.bytes_by_path.items():
            self.bytes_by_path[path] += count


def parse(path, begin, end):
    """Summarizes the lines that begin between two positions of the file."""
    summary = Summary()
    with open(path, "rb") as file:
        if begin:
            file.seek(begin - 1)
            file.readline()
        while file.tell() < end:
            line = file.readline()
            if not line:
                break
            summary.add(line.decode())
    return summary


def top(counter, count=5):
    return sorted(counter.items(), key=lambda item: (-item[1], item[0]))[:count]


def main():
    lines = int(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "access.log")
        write_log(path, lines)
        size = os.path.getsize(path)
        step = size // 8 + 1
        total = Summary()
        with ProcessPoolExecutor(max_workers=2) as executor:
            futures = [executor.submit(parse, path, at, min(at + step, size)) for at in range(0, size, step)]
            for future in futures:
                total.merge(future.result())

    print(f"{sum(total.statuses.values())} requests, {total.rejected} lines rejected")
    print("statuses:", ", ".join(f"{status} {count}" for status, count in sorted(total.statuses.items())))
    for host, count in top(total.hosts):
        print(f"{host:<16}{count:>8}")
    for path, count in top(total.bytes_by_path):
        print(f"{path:<24}{count / 1024:>12,.1f} KiB")
    for (path, status), count in top(total.errors):
        print(f"{status} {path:<24}{count:>6}")
    print("busiest hours:", *(f"{hour:02}h" for hour, _ in top(total.by_hour, 3)))
    print("busiest days:", *(day for day, _ in top(total.by_weekday, 2)))


if __name__ == "__main__":
    main()
