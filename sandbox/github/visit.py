"""One request to the REST API, of somebody or of nobody, and what it may do."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from sandbox.github.refusals import FORBIDDEN_UNTIL_ADMIN, Refusal, bad_json, not_found
from sandbox.github.repo import Repo
from sandbox.github.tokens import Token
from sandbox.github.users import User
from sandbox.github.world import API, World


@dataclass(slots=True)
class Visit:
    """A request whose token is good. ``headers`` go out with the answer, whatever it is."""

    world: World
    request: web.Request
    token: Token | None
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def user(self) -> User | None:
        """Who asks, or None for nobody."""
        return self.token.user if self.token else None

    @property
    def me(self) -> User:
        """Who asks.

        Raises:
            Refusal: 401, nobody.
        """
        if self.token is None:
            raise Refusal(401, "Requires authentication")
        return self.token.user

    def path(self, name: str) -> str:
        """A part of the path."""
        return self.request.match_info[name]

    def number(self, name: str) -> int:
        """A part of the path that is a number.

        Raises:
            Refusal: 404, it is none.
        """
        text = self.path(name)
        if not (text.isascii() and text.isdecimal()):
            raise not_found()
        return int(text)

    async def body(self) -> Mapping[str, Any]:
        """What was sent, as JSON.

        Raises:
            Refusal: 400, it is something else.
        """
        text = await self.request.text()
        try:
            body = json.loads(text or "{}")
        except ValueError:
            raise bad_json() from None
        if not isinstance(body, dict):
            raise Refusal(400, "Body should be a JSON object")
        return body

    def scope(self, *any_of: str) -> None:
        """Go on only with one of these scopes, or with a fine-grained token's own rules.

        Raises:
            Refusal: 403.
        """
        self.headers["X-Accepted-OAuth-Scopes"] = ", ".join(any_of)
        if not set(any_of) & set(self.token.scopes if self.token else ()):
            raise Refusal(403, f"Missing the '{any_of[0]}' scope.")

    def repo(self, *permissions: str, level: str = "read", role: str = "read") -> Repo:
        """The repository in the path, for who is at least ``role`` there.

        A fine-grained token needs one of the ``permissions``.

        Raises:
            Refusal: 404, there is none that the user and the token can see; 403, either of them
                may not do it; 401, nobody asks to change something.
        """
        repo = self.named()
        if repo is None or not repo.may(self.user, "read"):
            raise self._moved() or not_found()
        if self.token is None:
            if level == "write":
                raise Refusal(401, "Requires authentication")
        elif self.token.fine_grained:
            self._permitted(self.token, repo, permissions, level)
        else:
            self._signed_on(self.token, repo)
            self._scoped(self.token, repo, level)
        if not repo.may(self.user, role):
            raise Refusal(403, FORBIDDEN_UNTIL_ADMIN)
        if repo.archived and level == "write":
            raise Refusal(403, "Repository was archived so is read-only.")
        return repo

    def named(self) -> Repo | None:
        """The repository in the path, by its name or by its id, whoever may see it."""
        given = self.request.match_info
        if "repository_id" in given:
            repos = self.world.repos.values()
            return next((repo for repo in repos if str(repo.id) == given["repository_id"]), None)
        return self.world.repo(f"{given['owner']}/{given['repo']}")

    def _moved(self) -> Refusal | None:
        """The way to a repository that has another name now."""
        given = self.request.match_info
        old = f"{given.get('owner')}/{given.get('repo')}"
        repo = self.world.moved.get(old.casefold())
        if repo is None or not repo.may(self.user, "read"):
            return None
        rest = self.request.path_qs.partition(f"/repos/{old}")[2]
        place = f"{self.world.root}{API}/repositories/{repo.id}{rest}"
        get = self.request.method == "GET"
        words = "Moved Permanently" if get else "Temporary Redirect"
        return Refusal(301 if get else 307, words, headers={"Location": place})

    def sees(self, repo: Repo) -> bool:
        """Whether a repository is in this token's lists."""
        if not repo.may(self.user, "read"):
            return False
        if self.token is None:
            return True
        if self.token.fine_grained:
            return not repo.private or self.token.reaches(repo.full_name)
        signed_on = repo.owner.login not in self.world.sso - self.token.sso
        return signed_on and (not repo.private or "repo" in self.token.scopes)

    def _permitted(
        self, token: Token, repo: Repo, permissions: tuple[str, ...], level: str
    ) -> None:
        accepted = "; ".join(f"{name}={level}" for name in permissions)
        self.headers["X-Accepted-GitHub-Permissions"] = accepted
        reached = token.reaches(repo.full_name)
        if repo.private and not reached:
            raise not_found()
        if not repo.private and level == "read":
            return
        may = any(name == "metadata" or token.may(name, level) for name in permissions)
        if not reached or not may:
            kind = "integration" if token.app else "personal access token"
            raise Refusal(403, f"Resource not accessible by {kind}")

    def _signed_on(self, token: Token, repo: Repo) -> None:
        if repo.owner.login not in self.world.sso - token.sso:
            return
        place = f"{self.world.root}/orgs/{repo.owner.login}/sso?authorization_request=A1"
        self.headers["X-GitHub-SSO"] = f"required; url={place}"
        kind = "OAuth" if token.app else "Personal Access"
        raise Refusal(
            403,
            "Resource protected by organization SAML enforcement. You must grant your "
            f"{kind} token access to this organization.",
        )

    def _scoped(self, token: Token, repo: Repo, level: str) -> None:
        accepted = ("repo",) if repo.private else ("public_repo", "repo")
        needed = repo.private or level == "write"
        self.headers["X-Accepted-OAuth-Scopes"] = ", ".join(accepted) if needed else ""
        if token.app and repo.owner.login in self.world.restricted and needed:
            raise Refusal(403, _restricted(repo.owner.login))
        if needed and not set(accepted) & set(token.scopes):
            raise not_found()


def _restricted(login: str) -> str:
    return (
        f"Although you appear to have the correct authorization credentials, the `{login}` "
        "organization has enabled OAuth App access restrictions, meaning that data access to "
        "third-parties is limited. For more information on these restrictions, including how to "
        "enable this app, visit https://docs.github.com/articles/"
        "restricting-access-to-your-organization-s-data/"
    )
