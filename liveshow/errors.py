"""Every error that reaches a user, one tree.

    LiveshowError               500  internal
    ├── Invalid                 400  invalid            the request itself is malformed
    ├── Unauthenticated         401  unauthenticated    no token, or one that is not valid any more
    ├── Forbidden               403  forbidden          known, but not allowed
    ├── NotFound                404  not_found
    ├── Conflict                409  conflict           valid, but not in the present state
    ├── signaling.media.port.PreconditionFailed    412  precondition_failed
    ├── signaling.media.port.PreconditionRequired  428  precondition_required
    ├── TooLarge                413  too_large
    ├── UnsupportedMediaType    415  unsupported_media_type
    ├── Unprocessable           422  unprocessable      well-formed, but breaks a rule
    ├── RateLimited             429  rate_limited       carries ``retry_after`` (seconds)
    ├── Unavailable             503  unavailable        carries ``retry_after`` (seconds)
    │   ├── StoreUnavailable                            the database does not answer; logged already
    │   ├── payments.provider.ProviderUnavailable       it does not answer
    │   └── payments.providers.ProviderMissing          it is not set up on this server
    ├── relay.kernel.choice.KernelMissing  500  internal    it was asked for and not built
    └── surroundings.CannotRun  500  internal           the server cannot start here

The class says the HTTP status; ``code`` is the stable name that clients may rely on
and is usually narrower than the class (``Conflict("sold_out", …)``). ``message`` is a
sentence for people: what happened and what to do next. ``details`` are JSON values.

One renderer per wire turns them into bytes: RFC 9457 problem documents in
``liveshow.http.problems``, acknowledgements in ``signaling.socket.namespace``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar


class LiveshowError(Exception):
    """An error with a stable code, a status, and a sentence for people."""

    status: int = 500
    default_code: ClassVar[str] = "internal"

    def __init__(self, code: str | None = None, message: str = "", **details: Any) -> None:
        self.code = code or self.default_code
        self.message = message or self.code.replace("_", " ").capitalize() + "."
        self.details = details
        super().__init__(self.message)

    @staticmethod
    def again(document: Mapping[str, Any]) -> LiveshowError:
        """Return an error as it was told before: same code, sentence, status and details."""
        rest = {k: v for k, v in document.items() if k not in ("code", "message", "status")}
        error = LiveshowError(document["code"], document["message"], **rest)
        error.status = document["status"]
        return error

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"

    def document(self) -> dict[str, object]:
        """Return what a client is told: the code, the sentence, and the details."""
        return {**self.details, "code": self.code, "message": self.message}


class Invalid(LiveshowError):
    status = 400
    default_code = "invalid"


class Unauthenticated(LiveshowError):
    status = 401
    default_code = "unauthenticated"


class Forbidden(LiveshowError):
    status = 403
    default_code = "forbidden"


class NotFound(LiveshowError):
    status = 404
    default_code = "not_found"


class Conflict(LiveshowError):
    status = 409
    default_code = "conflict"


class TooLarge(LiveshowError):
    status = 413
    default_code = "too_large"


class UnsupportedMediaType(LiveshowError):
    status = 415
    default_code = "unsupported_media_type"


class Unprocessable(LiveshowError):
    status = 422
    default_code = "unprocessable"


class RateLimited(LiveshowError):
    status = 429
    default_code = "rate_limited"

    def __init__(
        self, code: str | None = None, message: str = "", *, retry_after: float, **details: Any
    ) -> None:
        super().__init__(code, message, retry_after=retry_after, **details)
        self.retry_after = retry_after


class Unavailable(LiveshowError):
    status = 503
    default_code = "unavailable"

    def __init__(
        self,
        code: str | None = None,
        message: str = "",
        *,
        retry_after: float = 2.0,
        **details: Any,
    ) -> None:
        super().__init__(code, message, retry_after=retry_after, **details)
        self.retry_after = retry_after


class StoreUnavailable(Unavailable):
    """The database does not answer, or cannot be written.

    The store logs an outage once (``liveshow.store.outages``): nobody else needs to.
    """
