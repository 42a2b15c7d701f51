"""The token is given only to a Jenkins whose certificate is trusted."""

from __future__ import annotations

import ipaddress
import ssl
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bot.errors import Unavailable
from sandbox.jenkins import JenkinsStandIn
from tests.contracts.jenkins.conftest import credential_of, furnish, run, service_at


def certificate(directory, *, address="127.0.0.1"):
    """A certificate that signs itself, for an address: paths of the certificate and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "ci")])
    now = datetime.now(UTC)
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem, private = directory / "ci.pem", directory / "ci.key"
    pem.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return pem, private


@pytest.fixture
async def secured(tmp_path):
    """A Jenkins with TLS, and the file of its certificate."""
    pem, key = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem, key)
    stand_in = JenkinsStandIn()
    await stand_in.start(context)
    yield stand_in, furnish(stand_in), pem
    await stand_in.stop()


async def test_certificate_of_ca_file_is_trusted(secured):
    jenkins, tokens, pem = secured
    service = service_at(jenkins.url, ca_file=pem)
    reply = await run(service, credential_of(service, "alice", tokens["alice"]), "build website")
    assert "Started" in str(reply)


@pytest.mark.parametrize("variable", [None, "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
async def test_unknown_certificate_gets_no_token_whatever_the_environment_says(
    secured, monkeypatch, variable
):
    jenkins, tokens, pem = secured
    if variable:
        monkeypatch.setenv(variable, str(pem))
    service = service_at(jenkins.url)
    with pytest.raises(Unavailable) as caught:
        await run(service, credential_of(service, "alice", tokens["alice"]), "build website")
    assert "ca_file" in caught.value.what
    assert caught.value.retryable is True
    assert jenkins.requests == []


async def test_certificate_of_another_host_is_not_trusted(secured, tmp_path):
    jenkins, tokens, _ = secured
    other = tmp_path / "other"
    other.mkdir()
    service = service_at(jenkins.url, ca_file=certificate(other, address="127.0.0.2")[0])
    with pytest.raises(Unavailable, match="ca_file"):
        await run(service, credential_of(service, "alice", tokens["alice"]), "list")
    assert jenkins.requests == []
