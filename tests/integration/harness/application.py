"""An application behind a gateway: it answers every request with the header fields that reached it."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class _Echo(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def answer(self):
        self.rfile.read(int(self.headers.get("Content-Length", "0")))
        body = json.dumps([self.command, self.path, *self.headers.items()]).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_OPTIONS = do_PATCH = answer

    def log_message(self, *_):
        """Logs nothing, because nobody reads it."""


class Application:
    """Serves on a free port from construction to close()."""

    def __init__(self):
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Echo)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()
        self.port = self._server.server_port

    def close(self):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def fields_of(body: bytes) -> list[tuple[str, str]]:
    """The header fields in such an answer. Names are in lower case and with hyphens, as many applications see them."""
    return [(name.lower().replace("_", "-"), value) for name, value in json.loads(body)[2:]]
