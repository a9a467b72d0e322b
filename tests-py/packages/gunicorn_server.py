# package: gunicorn
"""gunicorn with two workers serves an application on a socket; a worker is killed and replaced; it ends gracefully."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time


def application(environ, start_response):
    body = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']} {os.getpid()}".encode()
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]


class Connection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=30)
        self._path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self._path)


def get(path, url):
    connection = Connection(path)
    connection.request("GET", url)
    method, asked, pid = connection.getresponse().read().decode().split()
    connection.close()
    return method, asked, int(pid)


def wait_until(condition, what, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(what)
        time.sleep(0.05)


def main():
    folder = tempfile.mkdtemp()
    path = os.path.join(folder, "socket")
    log = open(os.path.join(folder, "log"), "w+")
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "--workers", "2", "--bind", f"unix:{path}", "--graceful-timeout", "5",
         "gunicorn_server:application"], cwd=os.path.dirname(os.path.abspath(__file__)), stdout=log, stderr=log)
    try:
        wait_until(lambda: os.path.exists(path) or server.poll() is not None, "the server does not listen")
        pids = set()
        wait_until(lambda: pids.add(get(path, "/a")[2]) or len(pids) == 2, "only one worker answers")
        print(get(path, "/b?c=d")[:2], len(pids), server.pid in pids)
        killed = pids.pop()
        os.kill(killed, signal.SIGKILL)
        wait_until(lambda: pids.add(get(path, "/a")[2]) or len(pids - {killed}) == 2, "no other worker comes")
        print("replaced")
    finally:
        server.terminate()
        print("exit status", server.wait(60), os.path.exists(path))
        if server.returncode:
            log.seek(0)
            sys.stderr.write(log.read())


if __name__ == "__main__":
    main()
