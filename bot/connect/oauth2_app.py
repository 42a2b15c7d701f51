"""The bot's registration with a provider of OAuth 2: what it asks for, keeps, renews and revokes.

RFC 6749 (sections 4.1 and 6), RFC 7009 (revocation).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from bot.connect.oauth2_answers import Refused, Tokens, split_scopes
from bot.connect.oauth2_tokens import OPERATORS, Client
from bot.errors import Unauthorized, Unavailable
from bot.model import Credential
from bot.plugin import Grant
from bot.reply import Reply, listed, say
from bot.secret import Secret


@dataclass(frozen=True, slots=True)
class OAuth2:
    """One app at one provider. ``timeout`` is for each request as a whole, in seconds.

    ``authentication`` says where a client's secret stands: ``basic`` or ``body``. Where an
    ``issuer`` is given, one that comes back from the page has to be the same. ``extra`` stands in
    the query of the page (``prompt``, ``audience``). ``words`` are the service's own for errors
    that are registered under another name ({"bad_refresh_token": "invalid_grant"}). ``ca_file``
    holds the certificates to trust, if not the system's.
    """

    authorize_url: str
    token_url: str
    client_id: str
    client_secret: Secret | None = None
    scopes: tuple[str, ...] = ()
    device_url: str = ""
    revoke_url: str = ""
    timeout: float = 15.0
    authentication: Literal["basic", "body"] = "basic"
    issuer: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    ca_file: Path | None = None

    @property
    def client(self) -> Client:
        """Who asks for tokens."""
        return Client(
            self.client_id,
            self.client_secret,
            self.authentication,
            self.timeout,
            self.words,
            self.ca_file,
        )

    def authorize(self, redirect_uri: str, state: str, challenge: str) -> str:
        """The page on which its user authorises the app."""
        from oauthlib.common import add_params_to_uri

        query = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": redirect_uri,
            "scope": " ".join(self.scopes),
            "state": state,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
            **self.extra,
        }
        page: str = add_params_to_uri(self.authorize_url, [(k, v) for k, v in query.items() if v])
        return page

    async def redeem(self, code: Secret, verifier: Secret, redirect_uri: str) -> Tokens:
        """The tokens for what the page sent back.

        Raises:
            Refused: they are not given for it.
            RateLimited, Unavailable: the service does not get to the answer.
        """
        return await self.client.tokens(
            self.token_url,
            "authorization_code",
            {"code": code, "redirect_uri": redirect_uri, "code_verifier": verifier},
        )

    def grant(self, tokens: Tokens) -> Grant:
        """What is sealed: ``access_token``, and where there are such ``refresh_token``, ``scope``.

        It has to be renewed when the access token ends, or given anew if it cannot be.
        """
        scopes = self.scopes if tokens.scopes is None else tokens.scopes
        fields = {"access_token": tokens.access}
        if tokens.refresh is not None:
            fields["refresh_token"] = tokens.refresh
        if scopes:
            fields["scope"] = Secret(" ".join(scopes))
        if tokens.refresh is None:
            return Grant(fields, expires=tokens.ends, scopes=scopes)
        return Grant(fields, tokens.refresh_ends, fresh_until=tokens.ends, scopes=scopes)

    async def renew(self, credential: Credential) -> Grant:
        """What takes the place of a credential whose access token has ended.

        A refresh token that is not replaced stays, until it ends. It is not tried twice: one that
        has been replaced ends all that came of it.

        Raises:
            Unauthorized: there is no refresh token, or it is not accepted (any more).
            RateLimited, Unavailable: the service does not get to the answer.
        """
        refresh = credential.fields.get("refresh_token")
        if not refresh:
            raise Unauthorized("it has ended")
        try:
            tokens = await self.client.tokens(
                self.token_url, "refresh_token", {"refresh_token": refresh}
            )
        except Refused as refusal:
            dead = refusal.error == "invalid_grant"
            problem = Unauthorized("it cannot be renewed") if dead else Unavailable(OPERATORS)
            raise problem from None
        return self.grant(_kept(tokens, credential, refresh))

    async def revoke(self, credential: Credential | Grant) -> bool:
        """Revoke both tokens; the refresh token first, with which others could be had.

        False where the service has no address for that, or did not accept both.

        Raises:
            RateLimited, Unavailable: the service does not get to the answer.
        """
        if not self.revoke_url:
            return False
        done = True
        for hint in ("refresh_token", "access_token"):
            if token := credential.fields.get(hint):
                form = {"token": token, "token_type_hint": hint}
                done &= await self.client.succeeds(self.revoke_url, form)
        return done

    def asks(self, title: str) -> Reply | None:
        """What the person is told before; None where the service, ``title``, decides by itself."""
        if not self.scopes:
            return None
        return say(f"{title} will ask you to allow: ", *listed(self.scopes), ".")

    def lacks(self, title: str, tokens: Tokens) -> Reply | None:
        """What the person is told after, where less was granted than asked for."""
        granted = self.scopes if tokens.scopes is None else tokens.scopes
        missing = [scope for scope in self.scopes if scope not in granted]
        if not missing:
            return None
        what = listed(missing)
        return say(f"{title} has not allowed: ", *what, ". What needs that will not work.")


def _kept(tokens: Tokens, old: Credential, refresh: Secret) -> Tokens:
    """What was renewed, with what of the old stays where nothing new was given."""
    if tokens.refresh is None:
        tokens = replace(tokens, refresh=refresh, refresh_ends=old.expires)
    if tokens.scopes is None and "scope" in old.fields:
        tokens = replace(tokens, scopes=split_scopes(old.fields["scope"].reveal()))
    return tokens
