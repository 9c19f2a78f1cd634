"""Host names for which the nameservers do not answer. Their lookup cannot be interrupted, and nobody may wait for it."""

import subprocess

import pytest

from harness.mail import FRONTEND, write_letter
from harness.places import SANITIZED
from harness.waiting import wait_until

pytestmark = pytest.mark.skipif(SANITIZED, reason="a sanitizer must be loaded first")

PATIENCE_S = 60
SOURCE = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **found) {
  if (node != NULL && strcmp(node, "hangs.example") == 0) {
    close(creat(getenv("LOOKUP_BEGAN"), 0600));
    for (;;) pause();
  }
  int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **) = dlsym(RTLD_NEXT, "getaddrinfo");
  return real(node, service, hints, found);
}
"""


@pytest.fixture
def lookup(tmp_path):
    """lookup.launcher starts a program for which the lookup of hangs.example never ends; lookup.began exists once it is under way."""

    class Lookup:
        began = tmp_path / "began"
        library = tmp_path / "hanging.so"
        launcher = ("env", f"LD_PRELOAD={library}", f"LOOKUP_BEGAN={began}")

    source = tmp_path / "hanging.c"
    source.write_text(SOURCE)
    subprocess.run(["cc", "-shared", "-fPIC", "-o", Lookup.library, source], check=True)
    return Lookup


@pytest.mark.parametrize("kind", ["postgres"], indirect=True)
@pytest.mark.parametrize(
    "setting",
    [
        {"DATABASE_URL": "postgresql://ada@hangs.example/ada"},
        {"REDIS_URL": "redis://hangs.example"},
        {"SMTP_URL": "smtp://hangs.example", "SMTP_TLS": "off", "MAIL_FROM": "no-reply@example.com", "FRONTEND_URL": FRONTEND},
    ],
    ids=lambda setting: next(iter(setting)),
)
def test_name_that_nobody_answers_for_does_not_hold_up_the_end(start, database, lookup, setting):
    program = start(wait=False, launcher=lookup.launcher, **setting)
    program.wait_until_serving()
    if "SMTP_URL" in setting:
        write_letter(database)
    wait_until(lookup.began.exists, PATIENCE_S, "the lookup")
    assert program.stop() == 0
