# package: flask
"""A small web application, asked through its test client and as a server in a process of its own."""

import json
import logging
import multiprocessing
import urllib.error
import urllib.request

import flask
from werkzeug.serving import make_server

app = flask.Flask(__name__)
app.config["SECRET_KEY"] = "for tests only"
app.json.sort_keys = True
notes = {1: "buy milk"}


@app.get("/")
def index():
    return flask.render_template_string("{% for n in notes %}<li>{{ notes[n] }}</li>{% endfor %}", notes=notes)


@app.post("/notes")
def add():
    number = max(notes) + 1
    notes[number] = flask.request.get_json()["text"]
    return flask.jsonify(id=number, text=notes[number]), 201


@app.get("/notes/<int:number>")
def show(number):
    if number not in notes:
        flask.abort(404, "no such note")
    return {"id": number, "text": notes[number]}


@app.get("/visits")
def visits():
    flask.session["visits"] = flask.session.get("visits", 0) + 1
    return str(flask.session["visits"])


@app.get("/fails")
def fails():
    return 1 // 0


@app.errorhandler(404)
def not_found(error):
    return flask.jsonify(error=error.description), 404


def serve(connection):
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    app.logger.disabled = True
    server = make_server("127.0.0.1", 0, app, threaded=True)
    connection.send(server.port)
    server.serve_forever()


def fetch(url, data=None):
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(url, data and json.dumps(data).encode(), headers)
    try:
        with urllib.request.urlopen(request) as response:
            return response.status, response.read().decode().strip()
    except urllib.error.HTTPError as e:
        return e.code, e.read().decode().strip()[:40]


def main():
    print(flask.__name__, sorted(rule.rule for rule in app.url_map.iter_rules()))
    client = app.test_client()
    print(client.get("/").text, client.post("/notes", json={"text": "<b>"}).get_json(), client.get("/").text)
    print([client.get("/visits").text for _ in range(3)], client.get("/notes/9").get_json())

    here, there = multiprocessing.Pipe()
    server = multiprocessing.Process(target=serve, args=(there,))
    server.start()
    url = f"http://127.0.0.1:{here.recv()}"
    print(fetch(url + "/notes/1"), fetch(url + "/notes", {"text": "walk"}), fetch(url + "/notes/7"))
    print(fetch(url + "/fails")[0], fetch(url + "/nowhere")[0], fetch(url + "/"))
    server.terminate()
    server.join()
    print(server.exitcode)


if __name__ == "__main__":
    main()
