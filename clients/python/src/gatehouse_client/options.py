"""What a single call may be given besides its arguments, and what cannot be sent."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

# The characters that a header field may contain, and of which every session, token and key of the service consists.
VISIBLE = re.compile(r"[\x21-\x7e]+")
USER_AGENT_CHARACTERS_MAX = 512


@dataclass(frozen=True)
class CallOptions:
    timeout_s: float | None = None
    """In place of the client's."""
    retries: int | None = None
    """In place of the client's."""
    client_address: str | None = None
    """The address of the browser on whose behalf the back end calls. Rate limits and the lockout count by address."""
    user_agent: str | None = None
    """That browser's `User-Agent`; without `client_address` it is ignored."""
    request_id: str | None = None
    """Identifies the request in the logs: 1 to 64 letters, digits, dots, underscores or hyphens."""


def visible(value: str, name: str) -> str:
    """The value, if a header field may contain it. Otherwise a ValueError that does not repeat it."""
    if not VISIBLE.fullmatch(value):
        raise ValueError(f"{name} must be visible ASCII characters")
    return value


def fields_of(options: CallOptions) -> dict[str, str]:
    """The header fields for a call's options."""
    fields = {}
    if options.client_address is not None:
        fields["X-Client-Address"] = visible(options.client_address, "client_address")
    if options.request_id is not None:
        fields["X-Request-Id"] = visible(options.request_id, "request_id")
    if options.user_agent:
        fields["X-Client-User-Agent"] = re.sub(r"[^\x20-\x7e]", "?", options.user_agent[:USER_AGENT_CHARACTERS_MAX]).strip()
    return fields


def base_of(url: str) -> str:
    """The service's URL without a trailing slash. A ValueError, without the value, for anything else."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.query or parts.fragment:
        raise ValueError("url must be an http or https URL without user, query or fragment")
    return url.rstrip("/")
