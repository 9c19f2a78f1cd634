"""The peer of the hot path: one nginx worker that returns a static answer."""

import grp
import pathlib
import shutil

from harness.processes import Process, accepts, children_of, free_port

CONFIGURATION = """
{user}
worker_processes 1;
daemon off;
pid {folder}/nginx.pid;
error_log stderr warn;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  keepalive_requests 1000000000;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port};
    {fields}
    location / {{ default_type application/json; return 200 '{body}'; }}
  }}
}}
"""


PROXY = """
{user}
worker_processes 1;
daemon off;
pid {folder}/nginx.pid;
error_log stderr warn;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  keepalive_requests 1000000000;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  upstream gatehouse {{ server {upstream}; keepalive 64; keepalive_requests 1000000000; }}
  server {{
    listen 127.0.0.1:{port};
    location / {{ proxy_pass http://gatehouse; proxy_http_version 1.1; proxy_set_header Connection ""; }}
  }}
}}
"""

PAGE_BYTES = 1024
PAGES = """
{user}
worker_processes 1;
daemon off;
pid {folder}/nginx.pid;
error_log stderr warn;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  keepalive_requests 1000000000;
  open_file_cache max=10;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  {gatehouse}
  server {{
    listen 127.0.0.1:{port};
    root {folder}/pages;
    location / {{ {protection} }}
    {question}
  }}
}}
"""
QUESTION = """location = /_gatehouse {{
      internal;
      proxy_pass http://gatehouse/forward-auth;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header X-API-Key "{key}";
      proxy_pass_request_body off;
      proxy_set_header Content-Length "";
    }}"""


# nginx writes these itself.
OWN_FIELDS = {"server", "date", "content-type", "content-length", "connection"}


class Nginx(Process):
    """Returns `body_bytes` bytes to every request, with the header fields of `like`, an answer's head. The request id is a
    new one each time."""

    def __init__(self, folder, body_bytes, cores=None, like=b""):
        self.port = free_port()
        configuration = pathlib.Path(folder) / "nginx.conf"
        configuration.write_text(CONFIGURATION.format(
            folder=folder, port=self.port, body="x" * body_bytes, fields=_added_fields(like),
            user=f"user nobody {_group()};" if _is_root() else ""))
        program = shutil.which("nginx", path="/usr/sbin:/usr/bin")
        super().__init__([program, "-e", "stderr", "-p", str(folder), "-c", str(configuration)], folder, "nginx", cores=cores)
        self.wait_until(lambda: accepts(self.port) and children_of(self.pid))
        self.worker_pid = children_of(self.pid)[0]

    def url(self, path):
        return f"http://127.0.0.1:{self.port}{path}"


class Pages(Process):
    """Returns a page from a file. With an upstream, written as nginx wants it, the Gatehouse there is first asked about the client."""

    def __init__(self, folder, cores=None, upstream="", key=""):
        self.port = free_port()
        pages = pathlib.Path(folder) / "pages"
        pages.mkdir()
        (pages / "page").write_text("x" * PAGE_BYTES)
        configuration = pathlib.Path(folder) / "nginx.conf"
        configuration.write_text(PAGES.format(
            folder=folder, port=self.port, protection="auth_request /_gatehouse;" if upstream else "",
            question=QUESTION.format(key=key) if upstream else "",
            gatehouse=f"upstream gatehouse {{ server {upstream}; keepalive 64; keepalive_requests 1000000000; }}" if upstream else "",
            user=f"user nobody {_group()};" if _is_root() else ""))
        program = shutil.which("nginx", path="/usr/sbin:/usr/bin")
        super().__init__([program, "-e", "stderr", "-p", str(folder), "-c", str(configuration)], folder, "nginx", cores=cores)
        self.wait_until(lambda: accepts(self.port) and children_of(self.pid))
        self.worker_pid = children_of(self.pid)[0]

    def url(self, path):
        return f"http://127.0.0.1:{self.port}{path}"


class Proxy(Process):
    """Passes every request on to `upstream`, which is written as nginx wants it, over kept connections."""

    def __init__(self, folder, upstream, cores=None):
        self.port = free_port()
        configuration = pathlib.Path(folder) / "nginx.conf"
        configuration.write_text(PROXY.format(folder=folder, port=self.port, upstream=upstream,
                                              user=f"user nobody {_group()};" if _is_root() else ""))
        program = shutil.which("nginx", path="/usr/sbin:/usr/bin")
        super().__init__([program, "-e", "stderr", "-p", str(folder), "-c", str(configuration)], folder, "nginx", cores=cores)
        self.wait_until(lambda: accepts(self.port))

    def url(self, path):
        return f"http://127.0.0.1:{self.port}{path}"


def _added_fields(head):
    fields = [line.split(": ", 1) for line in head.decode().split("\r\n")[1:]]
    values = {name: "$request_id" if name.lower() == "x-request-id" else value for name, value in fields}
    quoted = {name: value.replace('"', '\\"') for name, value in values.items()}
    return " ".join(f'add_header {name} "{value}";' for name, value in quoted.items() if name.lower() not in OWN_FIELDS)


def _is_root():
    return pathlib.Path("/proc/self").stat().st_uid == 0


def _group():
    return grp.getgrgid(65534).gr_name
