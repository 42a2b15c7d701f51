"""What AWS's refusals mean to a person. Nothing that AWS wrote stands in them.

The codes are those of its services' lists of errors, which differ from service to service:
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/CommonErrors.html
"""

from __future__ import annotations

from typing import Final

from bot.errors import (
    Forbidden,
    Invalid,
    NotFound,
    RateLimited,
    ServiceError,
    Unauthorized,
    Unavailable,
)

NONSENSE: Final = "its answer cannot be understood"
CLOSED: Final = "RegionClosed"  # the bot's own code: the operator has not opened it
_CLOCKS: Final = "its clock and the bot's differ; the operator should check the bot's"

_EXPIRED: Final = frozenset({"ExpiredToken", "ExpiredTokenException", "InvalidToken"})
_UNKNOWN: Final = frozenset(
    {
        *("InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId"),
        *("AuthFailure", "SignatureDoesNotMatch", "InvalidSignatureException"),
        *("MissingAuthenticationToken", "IncompleteSignature", "NotSignedUp"),
    }
)
_DENIED: Final = frozenset(
    {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AllAccessDisabled"}
)
_TOO_MANY: Final = frozenset(
    {
        *("Throttling", "ThrottlingException", "ThrottledException", "RequestThrottled"),
        *("RequestLimitExceeded", "TooManyRequestsException", "SlowDown", "BandwidthLimitExceeded"),
        "EC2ThrottledException",
    }
)
_MISSING: Final = frozenset({"NoSuchBucket", "NoSuchKey", "ResourceNotFoundException"})
_IN_WORDS: Final = {
    "IncorrectInstanceState": "{what} is in a state in which that cannot be done",
    "IncorrectState": "{what} is in a state in which that cannot be done",
    "OperationNotPermitted": "{what} is protected against that",
    "UnsupportedOperation": "that cannot be done with {what}",
    "InsufficientInstanceCapacity": "it has no room for {what} at the moment",
    "InstanceLimitExceeded": "your account may run no more instances of that kind",
    "VcpuLimitExceeded": "your account may run no more instances of that kind",
    "OptInRequired": "your account has to enable that first",
    "PermanentRedirect": "{what} is in another region",
    CLOSED: "{what} is in a region that is not open to you here",
    "IllegalLocationConstraintException": "{what} is in another region",
}
_NO_DEVICE: Final = (
    "Ask an admin over there for it; or if it takes MFA, connect again with the ARN of your device."
)
_PERMISSIONS: Final = {"s3:ListBuckets": "s3:ListAllMyBuckets", "s3:ListObjectsV2": "s3:ListBucket"}


class Refused(Exception):
    """AWS answered, and said no. ``message`` is looked at, and never shown."""

    def __init__(self, code: str, status: int, message: str = "") -> None:
        super().__init__(code, status)
        self.code, self.status, self.message = code, status, message

    @property
    def is_skew(self) -> bool:
        """Whether the time of the request was wrong."""
        late = self.message.startswith(("Signature expired", "Signature not yet current"))
        return late or self.code == "RequestTimeTooSkewed"

    def refuses_keys(self, *, session: bool) -> bool:
        """Whether it does not accept the keys; EC2 says the same of a session and of a clock."""
        return not self.is_skew and (
            self.code in _UNKNOWN | _EXPIRED or (session and self.code == "RequestExpired")
        )


def translate(
    fault: Refused, action: str, what: str, *, retryable: bool, device: bool = True
) -> ServiceError:
    """The error to raise. ``what`` was asked about ("instance 'x'"), by ``action``.

    ``retryable`` is False where something may have been changed, had it not been refused;
    ``device`` is, where there is no MFA device: that may be why, but AWS does not say so.
    """
    if fault.is_skew or fault.code == "RequestExpired":
        return Unavailable(_CLOCKS)  # it was not carried out
    if fault.refuses_keys(session=False):
        return Unauthorized()
    if fault.code in _DENIED:
        return Forbidden(_PERMISSIONS.get(action, action), remedy="" if device else _NO_DEVICE)
    if fault.code in _TOO_MANY:
        return RateLimited()
    return _trouble(fault, what, retryable=retryable)


def _trouble(fault: Refused, what: str, *, retryable: bool) -> ServiceError:
    """The errors that have nothing to do with who asks."""
    if fault.code in _MISSING or fault.code.endswith((".NotFound", ".Malformed")):
        return NotFound(what)
    if fault.code in _IN_WORDS:
        return Invalid(_IN_WORDS[fault.code].format(what=what))
    if fault.status >= 500 or fault.status < 400:
        return Unavailable(f"status {fault.status}", retryable=retryable)
    return Invalid(f"the request for {what} was refused (status {fault.status})")
