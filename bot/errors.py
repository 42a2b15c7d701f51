"""The errors of Actas.

::

    ActasError
    ├── ConfigError          the operator's to mend: key path, problem, fix (exit code 2)
    ├── StorageError         the database cannot be read or written at the moment (exit code 2)
    ├── VaultError
    │   ├── WrongKey         ACTAS_SECRET is not this database's (exit code 2)
    │   └── Unopenable       one sealed row does not open: moved, altered, or its key is gone
    ├── UserError            the user's to mend: what is wrong, and a hint
    │   ├── Exposed          a secret was typed where others read it
    │   └── NotConnected     there is no credential of theirs for the service
    └── ServiceError         the other side's fault or refusal
        ├── Unauthorized     the credential is no longer accepted
        ├── Forbidden        the user may not, over there
        ├── NotFound
        ├── Invalid          the service does not accept what was asked
        ├── RateLimited
        └── Unavailable      down, slow, or answering nonsense

Everything else that is raised is a bug: the user is given an id, the log the traceback.
No text of these errors ever holds a secret, a request's body or a server's raw answer.
"""

from __future__ import annotations

from datetime import datetime


class ActasError(Exception):
    """Base of all errors that Actas raises on purpose."""


class ConfigError(ActasError):
    """The configuration, the environment or the state directory cannot be used.

    ``key`` is the path in the file (``homeserver.url``) or the variable's name.
    """

    def __init__(self, key: str, problem: str, fix: str) -> None:
        super().__init__(f"{key}: {problem}. {fix}")
        self.key, self.problem, self.fix = key, problem, fix


class StorageError(ActasError):
    """The database cannot be read or written as it is: the disk is full, read-only, or failing.

    At the start the bot ends with it; while it runs, what cannot be written is not done.
    """

    def __init__(self, problem: str, fix: str) -> None:
        super().__init__(f"database: {problem}. {fix}")


class VaultError(ActasError):
    """Something sealed cannot be used."""


class WrongKey(VaultError):
    """No key of ``ACTAS_SECRET`` opens this database."""


class Unopenable(VaultError):
    """A sealed value does not open under its own context."""


class UserError(ActasError):
    """What was said cannot be done as it stands; the user can mend it.

    In ``text`` backticks mark what is quoted; in the ``hint`` of a service they mark what can be
    said to it (`list`), without the service's name.
    """

    def __init__(self, text: str, hint: str = "") -> None:
        super().__init__(text)
        self.text, self.hint = text, hint


class Exposed(UserError):
    """A secret was typed where others read it. It is not used, and its message is removed."""


class NotConnected(UserError):
    """The user has no credential for the service."""


class ServiceError(ActasError):
    """A service refused, failed or could not be reached."""


class Unauthorized(ServiceError):
    """The service does not accept the credential (any more): connect again.

    The command is then run again: what raises it has changed nothing over there.
    """


class Forbidden(ServiceError):
    """The service knows the user and says no. ``permission`` is its name for what is missing.

    ``remedy`` is a sentence: what to do about that, if not to ask an admin over there.
    """

    def __init__(self, permission: str = "", account: str = "", remedy: str = "") -> None:
        super().__init__(permission)
        self.permission, self.account, self.remedy = permission, account, remedy


class NotFound(ServiceError):
    """The service has no such thing, or does not show it to this user. ``what``: "job 'x'"."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


class Invalid(ServiceError):
    """The service does not accept what was asked. ``what`` is a sentence for the user."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


class RateLimited(ServiceError):
    """Too many requests; open again at ``until`` (timezone-aware), where the service says."""

    def __init__(self, until: datetime | None = None) -> None:
        super().__init__("rate limited")
        self.until = until


class Unavailable(ServiceError):
    """The service is down, too slow or not understandable.

    ``retryable`` is False where the request may have been carried out.
    """

    def __init__(self, what: str = "", *, retryable: bool = True) -> None:
        super().__init__(what)
        self.what, self.retryable = what, retryable
