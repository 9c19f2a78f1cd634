"""The two ways in which a call fails: the service refused it, or could not be asked.

Neither error shows a password, a session, a token or the API key.
"""

from dataclasses import dataclass
from typing import Any, Literal

UNEXPECTED_ANSWER = "unexpected_answer"


@dataclass(frozen=True)
class FieldProblem:
    """What is wrong with one field of a request."""

    field: str
    message: str
    """For people, to be shown after the field's name."""
    code: str
    """For programs. The API description lists the codes, and new ones may be added."""


class _Failure(Exception):
    """An exception that can be copied unchanged, for example to another process."""

    def __reduce__(self) -> tuple[Any, ...]:
        # By default, an exception is rebuilt from its message alone, which is not enough for the constructors below.
        return _remade, (type(self), self.args), self.__dict__


def _remade(kind: type[_Failure], arguments: tuple[Any, ...]) -> _Failure:
    """A new exception without its members, which are set afterwards."""
    return kind.__new__(kind, *arguments)


class GatehouseError(_Failure):
    """The service, or a gateway in front of it, answered and did not do what was asked."""

    def __init__(
        self,
        message: str,
        *,
        status: int,
        code: str,
        request_id: str | None = None,
        details: tuple[FieldProblem, ...] = (),
        retry_after_s: int | None = None,
        reset_token: str | None = None,
    ):
        super().__init__(message)
        self.message = message
        self.status = status
        self.code = code
        """Why, for programs: `rate_limited`, `email_taken`, …; `unexpected_answer` if the answer is not the service's own."""
        self.request_id = request_id
        """Identifies the request in the service's log."""
        self.details = details
        """The fields at fault; often empty."""
        self.retry_after_s = retry_after_s
        """After how long it is worth trying again."""
        self._reset_token = reset_token

    @property
    def reset_token(self) -> str | None:
        """With `password_change_required`, which follows a correct password: the token for `password.reset()`."""
        return self._reset_token

    def __repr__(self) -> str:
        return f"GatehouseError({self.message!r}, status={self.status}, code={self.code!r})"


class GatehouseUnavailable(_Failure):
    """Nobody answered: the network failed, as the cause explains, or the time was up. The request may still have been carried out."""

    def __init__(self, message: str, reason: Literal["network", "timeout"]):
        super().__init__(message)
        self.reason = reason
