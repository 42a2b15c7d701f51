"""Signature version 4, checked as AWS checks it.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from aiohttp import web
from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from sandbox.aws.problems import Denial

_HEADER: Final = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(?P<key>[A-Z0-9]+)/(?P<date>\d{8})/(?P<region>[a-z0-9-]+)"
    r"/(?P<service>[a-z0-9-]+)/aws4_request, ?SignedHeaders=(?P<headers>[a-z0-9;-]+), ?"
    r"Signature=(?P<signature>[0-9a-f]{64})"
)
_STAMP: Final = "%Y%m%dT%H%M%SZ"
_SKEW: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Signed:
    """What an ``Authorization`` header says of itself."""

    key: str
    date: str
    region: str
    service: str
    headers: tuple[str, ...]
    signature: str

    @classmethod
    def read(cls, request: web.Request) -> Signed:
        """Take the header apart.

        Raises:
            Denial: there is none, or it is no such header.
        """
        found = _HEADER.fullmatch(request.headers.get("Authorization", ""))
        if found is None:
            raise Denial("MissingAuthenticationToken", "Request is missing Authentication Token")
        return cls(
            key=found["key"],
            date=found["date"],
            region=found["region"],
            service=found["service"],
            headers=tuple(found["headers"].split(";")),
            signature=found["signature"],
        )

    def check(self, request: web.Request, body: bytes, secret: str) -> None:
        """Check that whoever has ``secret`` signed just this, just now.

        Raises:
            Denial: they did not.
        """
        stamp = request.headers.get("X-Amz-Date", "")
        self._check_time(stamp)
        self._check_headers(request)
        digest = hashlib.sha256(body).hexdigest()
        if request.headers.get("X-Amz-Content-SHA256", digest) != digest:
            raise Denial("XAmzContentSHA256Mismatch", "The provided hash does not match the body.")
        if not hmac.compare_digest(self._expected(request, body, secret, stamp), self.signature):
            raise Denial(
                "SignatureDoesNotMatch",
                "The request signature we calculated does not match the signature you provided. "
                "Check your AWS Secret Access Key and signing method.",
            )

    def _check_time(self, stamp: str) -> None:
        try:
            signed = datetime.strptime(stamp, _STAMP).replace(tzinfo=UTC)
        except ValueError:
            raise Denial("IncompleteSignature", "Date must be in ISO-8601 'basic format'") from None
        if self.date != stamp[:8]:
            raise Denial("SignatureDoesNotMatch", "Date in Credential scope does not match.")
        now = datetime.now(UTC)
        if abs(now - signed) > _SKEW:
            raise Denial("Skewed", f"Signature expired: {stamp} is now earlier than {now:{_STAMP}}")

    def _check_headers(self, request: web.Request) -> None:
        ours = {name.lower() for name in request.headers if name.lower().startswith("x-amz-")}
        missing = ({"host", "x-amz-date"} | ours) - set(self.headers)
        if missing:
            raise Denial("SignatureDoesNotMatch", f"{', '.join(sorted(missing))} must be signed.")

    def _expected(self, request: web.Request, body: bytes, secret: str, stamp: str) -> str:
        kind = S3SigV4Auth if self.service == "s3" else SigV4Auth
        signer = kind(Credentials(self.key, secret), self.service, self.region)
        signed = AWSRequest(
            request.method,
            f"http://{request.host}{request.raw_path}",
            {name: request.headers.get(name, "") for name in self.headers},
            body,
        )
        signed.context["timestamp"] = stamp
        text = signer.string_to_sign(signed, signer.canonical_request(signed))
        signature: str = signer.signature(text, signed)
        return signature
