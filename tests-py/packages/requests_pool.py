# package: requests
"""A pool's workers ask a server, which runs in a process, by one session each."""

import http.server
import json
import multiprocessing

import requests
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    tries = 0

    def do_GET(self):
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/items?page=7")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        Handler.tries += self.path == "/flaky"
        if self.path == "/missing" or self.path == "/flaky" and Handler.tries < 3:
            self.answer(404 if self.path == "/missing" else 503, {"error": self.path})
        else:
            self.answer(200, {"path": self.path, "agent": self.headers["X-Agent"]})

    def do_POST(self):
        content = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.answer(201, {"type": self.headers["Content-Type"], "content": content})

    def answer(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


def serve(connection):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    connection.send(server.server_address[1])
    server.serve_forever()


def begin(url):
    global session, base
    session, base = requests.Session(), url
    session.trust_env = False
    session.headers["X-Agent"] = "worker"
    session.mount("http://", HTTPAdapter(max_retries=Retry(5, backoff_factor=0.01, status_forcelist=[503])))


def ask(page):
    response = session.get(base + "/items", params={"page": page, "q": "a b"})
    response.raise_for_status()
    return response.json()


def attempt(path):
    try:
        response = session.get(base + path, timeout=10)
        response.raise_for_status()
        return response.status_code, len(response.history), response.json()["path"]
    except requests.HTTPError as e:
        return type(e).__name__, str(e).partition(" for url")[0]


def main():
    here, there = multiprocessing.Pipe()
    server = multiprocessing.Process(target=serve, args=(there,), daemon=True)
    server.start()
    url = f"http://127.0.0.1:{here.recv()}"
    with multiprocessing.Pool(2, begin, (url,)) as pool:
        for found in pool.map(ask, range(4)):
            print(found)
        print(pool.map(attempt, ["/missing", "/moved", "/flaky"]))
    begin(url)
    print(session.post(url, json={"a": [1, "é"]}).json())
    print(session.post(url, data={"a": "1 2"}).json())
    print(session.post(url, files={"f": ("n.txt", b"text")}).json()["type"].partition(";")[0])
    try:
        requests.get("http://127.0.0.1:9", timeout=5)
    except requests.ConnectionError as e:
        print(type(e).__name__)


if __name__ == "__main__":
    main()
