"""Takes signed calls and verifies them with the library that PyPI has; says what it thinks of each on a line of JSON."""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks import Webhook


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        try:
            Webhook(sys.argv[2]).verify(body, dict(self.headers))
            status, verdict = 204, "verified"
        except Exception as problem:
            status, verdict = 401, str(problem)
        self.send_response(status)
        self.end_headers()
        print(json.dumps({"id": self.headers["webhook-id"], "verdict": verdict}), flush=True)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Receiver)
print("listening", flush=True)
server.serve_forever()
