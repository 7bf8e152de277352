"""A control plane by the contract in docs/control-plane.openapi.yaml, in Python's standard library alone.

    python3 examples/control-plane-http-python/server.py --port 8080 --tasks tasks.json

Tasks stand in a JSON file that is read for each request: put your database in its place. Who may ask stands in the
environment: TASKS_BASIC (user:password), TASKS_TOKEN, TASKS_SECRET (whsec_...).
"""

import argparse
import base64
import hashlib
import hmac
import json
import os
import re
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

MOST_BODY = 64 * 1024
MOST_CURSOR = 4096
MOST_KEYS = 10_000
KEY = re.compile(r"[A-Za-z0-9_-]{1,128}")


def is_signed(headers, body: bytes, secret: str) -> bool:
    """Whether a request was signed with the secret, as Standard Webhooks do it (https://www.standardwebhooks.com)."""
    message, at = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not at.isdecimal() or abs(time.time() - int(at)) > 300:
        return False
    key = base64.b64decode(secret.removeprefix("whsec_"))
    code = hmac.new(key, f"{message}.{at}.".encode() + body, hashlib.sha256).digest()
    right = b"v1," + base64.b64encode(code)
    given = headers.get("webhook-signature", "").encode().split(b" ")
    return any(hmac.compare_digest(one, right) for one in given)


class Problem(Exception):
    """An answer by RFC 9457; `code` says which one of the contract's problems it is."""

    def __init__(self, status, title, code=None, headers=None):
        super().__init__(title)
        self.status, self.headers = status, headers or {}
        self.body = {"type": "about:blank", "title": title, "status": status}
        if code is not None:
            self.body["code"] = code


class Tasks:
    """Where tasks are. Changes are made one at a time, and once for each key."""

    def __init__(self, path: Path):
        self.path = path
        self.lock = threading.Lock()
        self.done = {}

    def read(self):
        return sorted(json.loads(self.path.read_text("utf-8")), key=lambda task: task["id"].encode("utf-16-be"))

    def get(self, task_id):
        for task in self.read():
            if task["id"] == task_id:
                return task
        raise Problem(404, "There is no such task", "no-such-task")

    def page(self, last, limit):
        behind = [task for task in self.read() if task["id"].encode("utf-16-be") > last.encode("utf-16-be")]
        shown = behind[:limit]
        more = len(behind) > limit
        return {"tasks": shown, "next": cursor_at(shown[-1]["id"]) if more else None}

    def change(self, task_id, enabled, version, key):
        """Disables or enables a task, only where it still is what was decided upon."""
        with self.lock:
            if key in self.done:
                return self.done[key]
            task = self.get(task_id)
            if task["version"] != version:
                raise Problem(409, f"The task has version {task['version']} now", "version-changed")
            if task["enabled"] == enabled:
                word = "enabled" if enabled else "disabled"
                raise Problem(409, f"The task is {word} already", f"already-{word}")
            task["enabled"] = enabled
            tasks = [task if one["id"] == task_id else one for one in self.read()]
            new = self.path.with_suffix(".new")
            new.write_text(json.dumps(tasks, indent=2, ensure_ascii=False), "utf-8")
            new.replace(self.path)
            self.done[key] = task
            if len(self.done) > MOST_KEYS:
                del self.done[next(iter(self.done))]
            return task


def cursor_at(task_id):
    """A cursor is the last id that was shown: what is added or removed meanwhile moves no page."""
    return base64.urlsafe_b64encode(task_id.encode()).decode().rstrip("=")


def last_of(cursor):
    if cursor is None:
        return ""
    try:
        last = base64.urlsafe_b64decode(cursor + "==").decode()
    except ValueError:
        last = ""
    if last == "" or len(cursor) > MOST_CURSOR or cursor_at(last) != cursor:
        raise Problem(400, "cursor must be one that this server gave")
    return last


def limit_of(text):
    if not re.fullmatch(r"[0-9]{1,4}", text) or not 1 <= int(text) <= 1000:
        raise Problem(400, "limit must be a whole number from 1 to 1000")
    return int(text)


def asked_of(body: bytes):
    """What a change is asked with."""
    try:
        asked = json.loads(body.decode())
    except ValueError:
        asked = None
    names = ("action", "task", "version", "reason")
    is_whole = isinstance(asked, dict) and all(isinstance(asked.get(name), str) for name in names)
    if not is_whole or not 1 <= len(asked["version"]) <= 128:
        raise Problem(400, "The body must name action, task, version and reason")
    return asked


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Headers and body leave in two writes; waiting for the first to be heard takes 40 ms.
    disable_nagle_algorithm = True
    tasks: Tasks

    def answer(self):
        try:
            body = self.body()
            self.admit(body)
            self.route(body)
        except Problem as problem:
            self.send(problem.status, problem.body, "application/problem+json", problem.headers)
        except Exception as fault:
            self.log_error("%r", fault)
            self.send(500, Problem(500, "Internal error").body, "application/problem+json", {})

    def __getattr__(self, name):
        """Every method comes here, also one that nobody knows."""
        if name.startswith("do_"):
            return self.answer
        raise AttributeError(name)

    def body(self) -> bytes:
        length = self.headers.get("content-length", "0")
        if not length.isdecimal() or "transfer-encoding" in self.headers:
            self.close_connection = True
            raise Problem(400, "The body must have a Content-Length")
        if int(length) > MOST_BODY:
            self.close_connection = True
            raise Problem(413, "The body is too large")
        return self.rfile.read(int(length))

    def admit(self, body):
        basic, token, secret = (os.environ.get(f"TASKS_{name}") for name in ("BASIC", "TOKEN", "SECRET"))
        given = self.headers.get("authorization", "").encode()
        wanted = []
        if token is not None:
            wanted.append(f"Bearer {token}".encode())
        if basic is not None:
            wanted.append(b"Basic " + base64.b64encode(basic.encode()))
        signed = secret is None or is_signed(self.headers, body, secret)
        if not signed or not all(hmac.compare_digest(given, one) for one in wanted):
            scheme = "Bearer" if basic is None else 'Basic realm="tasks"'
            headers = {"www-authenticate": scheme}
            raise Problem(401, "Credentials or signature are missing or wrong", None, headers)

    def route(self, body):
        url = urlsplit(self.path)
        parts = url.path.split("/")[1:]
        if parts[0] != "tasks" or parts[-1] == "" or len(parts) > 3:
            raise Problem(404, "There is no such page")
        if len(parts) == 3 and parts[2] not in ("disable", "enable"):
            raise Problem(404, "There is no such page")
        method = "POST" if len(parts) == 3 else "GET"
        if self.command != method:
            raise Problem(405, f"Only {method} is known here", None, {"allow": method})
        if len(parts) == 1:
            self.list(parse_qs(url.query, keep_blank_values=True))
        elif len(parts) == 2:
            self.send(200, self.tasks.get(self.decoded(parts[1])))
        else:
            self.change(self.decoded(parts[1]), parts[2], body)

    def decoded(self, part):
        try:
            return unquote(part, errors="strict")
        except ValueError:
            raise Problem(404, "There is no such page") from None

    def list(self, query):
        last = last_of(query.get("cursor", [None])[0])
        page = self.tasks.page(last, limit_of(query.get("limit", ["100"])[0]))
        tag = '"' + hashlib.sha256(json.dumps(page).encode()).hexdigest() + '"'
        if self.headers.get("if-none-match") == tag:
            self.send(304, None, headers={"etag": tag})
        else:
            self.send(200, page, headers={"etag": tag})

    def change(self, task_id, action, body):
        key = self.headers.get("idempotency-key", "")
        if not KEY.fullmatch(key):
            title = "Idempotency-Key must be 1 to 128 letters, digits, dashes and underscores"
            raise Problem(400, title)
        if self.headers.get_content_type() != "application/json":
            raise Problem(415, "The body must be application/json")
        asked = asked_of(body)
        # The signature covers the body alone: it must be about what the path says.
        if (asked["action"], asked["task"]) != (action, task_id):
            raise Problem(400, "action and task must be those of the path")
        self.send(200, self.tasks.change(task_id, action == "enable", asked["version"], key))

    def send(self, status, value, content_type="application/json", headers=None):
        data = b"" if value is None else json.dumps(value).encode()
        self.send_response(status)
        for name, text in (headers or {}).items():
            self.send_header(name, text)
        if value is not None:
            self.send_header("content-type", content_type)
        if status != 304:
            self.send_header("content-length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def send_error(self, code, message=None, explain=None):
        """What the library itself refuses."""
        self.close_connection = True
        self.send(code, Problem(code, message or "Not understood").body, "application/problem+json")

    def log_request(self, code="-", size="-"):
        """Says nothing of what went well."""


def main():
    sample = Path(__file__).parent.parent / "control-plane-http" / "tasks.json"
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--port", type=int, default=8080)
    arguments.add_argument("--host", default="127.0.0.1")
    arguments.add_argument("--tasks", type=Path, default=sample)
    given = arguments.parse_args()
    Handler.tasks = Tasks(given.tasks)
    with ThreadingHTTPServer((given.host, given.port), Handler) as server:
        print(f"tasks at http://{given.host}:{server.server_port}/tasks", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(0)
