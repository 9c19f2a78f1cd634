"""The client of the Gatehouse authentication service: Client for threads, AsyncClient for asyncio. Both make the same calls."""

from .aio import AsyncClient
from .calls import AuditFilter, Page
from .client import Client
from .errors import FieldProblem, GatehouseError, GatehouseUnavailable
from .models import (
    Account,
    ApiKey,
    AuditEvent,
    Device,
    Health,
    IssuedKey,
    Login,
    PasswordJudgement,
    PasswordPolicy,
    Readiness,
    RefreshedToken,
    Session,
    TaggedUser,
    User,
    VerifiedSession,
    VerifiedToken,
)
from .options import CallOptions

__all__ = [
    "Account",
    "ApiKey",
    "AsyncClient",
    "AuditEvent",
    "AuditFilter",
    "CallOptions",
    "Client",
    "Device",
    "FieldProblem",
    "GatehouseError",
    "GatehouseUnavailable",
    "Health",
    "IssuedKey",
    "Login",
    "Page",
    "PasswordJudgement",
    "PasswordPolicy",
    "Readiness",
    "RefreshedToken",
    "Session",
    "TaggedUser",
    "User",
    "VerifiedSession",
    "VerifiedToken",
]
