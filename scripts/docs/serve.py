"""Serves a folder over HTTP until it is told to stop.

usage: serve.py <folder> <host> <port>
"""

import functools
import http.server
import signal
import sys


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serves files as they are, and logs no requests."""

    def end_headers(self):
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()

    def log_message(self, format, *arguments):  # noqa: A002
        pass


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    folder, host, port = sys.argv[1:]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        server = http.server.ThreadingHTTPServer((host, int(port)), functools.partial(Handler, directory=folder))
    except (OSError, OverflowError) as error:
        sys.exit(f"./dev docs: cannot listen on {host}, port {port}: {error}")
    print(f"./dev docs: the documentation is on http://{host}:{server.server_port}/ (press Ctrl-C to stop it)", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
