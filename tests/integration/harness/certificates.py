"""Certificates made for a test."""

import ssl
import subprocess
from pathlib import Path


def serve_tls(directory: Path) -> tuple[dict[str, str], ssl.SSLContext]:
    """Settings that make a program serve HTTPS, and the context of a client that trusts it."""
    key, certificate = directory / "own.key", directory / "own.pem"
    algorithm = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    name = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    files = ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run(["openssl", "req", "-x509", *algorithm, *name, "-days", "2", *files], check=True, capture_output=True)
    return {"TLS_CERT": str(certificate), "TLS_KEY": str(key)}, ssl.create_default_context(cafile=str(certificate))
