"""A Grafana on loopback, as far as a declared service goes: service accounts and their roles.

https://grafana.com/docs/grafana/latest/developers/http_api/ and, for alerts and silences, the API
of Alertmanager (v2), which Grafana has under /api/alertmanager/grafana.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, TypeAlias
from uuid import uuid4

from aiohttp import web

from sandbox.stand_in import StandIn

_ROLES: Final = {"Viewer": 0, "Editor": 1, "Admin": 2}
_UPDATED: Final = "2026-03-01T12:30:00Z"
_MATCHER: Final = {"name", "value", "isRegex"}


@dataclass(slots=True)
class Account:
    """A service account: somebody's own."""

    login: str
    role: str


@dataclass(slots=True)
class Dashboard:
    """A dashboard with its panels' titles."""

    uid: str
    title: str
    folder: str = ""
    panels: tuple[str, ...] = ()


@dataclass(slots=True)
class GrafanaState:
    """All that there is."""

    tokens: dict[str, Account] = field(default_factory=dict)
    dashboards: list[Dashboard] = field(default_factory=list)
    alerts: list[tuple[str, str]] = field(default_factory=list)
    silences: dict[str, dict[str, Any]] = field(default_factory=dict)
    annotations: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def token(self, login: str, role: str) -> str:
        """A new token of a new service account."""
        text = f"glsa_{secrets.token_hex(16)}_{secrets.token_hex(4)}"
        self.tokens[text] = Account(login, role)
        return text


Handler: TypeAlias = Callable[[web.Request, Account], Awaitable[web.Response]]


class GrafanaStandIn(StandIn):
    """``async with GrafanaStandIn() as grafana``; ``grafana.state`` is what it has."""

    def __init__(self) -> None:
        super().__init__()
        self.state = GrafanaState()

    async def start(self) -> None:
        """See :class:`StandIn`."""
        app = web.Application()
        alerting = "/api/alertmanager/grafana/api/v2"
        silences, editor = "alert.silences", "Editor"
        app.add_routes(
            [
                web.get("/api/user", self._may("Viewer", "", self._user)),
                web.get("/api/search", self._may("Viewer", "dashboards:read", self._search)),
                web.get(
                    "/api/dashboards/uid/{uid}", self._may("Viewer", "dashboards:read", self._show)
                ),
                web.post("/api/annotations", self._may(editor, "annotations:create", self._mark)),
                web.get(
                    f"{alerting}/alerts", self._may("Viewer", "alert.rules:read", self._alerts)
                ),
                web.get(
                    f"{alerting}/silences", self._may("Viewer", f"{silences}:read", self._silences)
                ),
                web.post(
                    f"{alerting}/silences", self._may(editor, f"{silences}:create", self._silence)
                ),
                web.delete(
                    f"{alerting}/silence/{{id}}",
                    self._may(editor, f"{silences}:write", self._unsilence),
                ),
            ]
        )
        await self._listen(app)

    def _may(
        self, role: str, permission: str, handler: Handler
    ) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handle(request: web.Request) -> web.Response:
            token = request.headers.get("Authorization", "").removeprefix("Bearer ")
            account = self.state.tokens.get(token)
            if account is None:
                wrong = {"message": "Invalid API key", "messageId": "api-key.invalid"}
                return web.json_response({**wrong, "statusCode": 401, "traceID": ""}, status=401)
            if _ROLES[account.role] < _ROLES[role]:
                text = "You'll need additional permissions to perform this action."
                denied = {"accessErrorId": "ACE1646206561", "title": "Access denied"}
                text = f"{text} Permissions needed: {permission}"
                return web.json_response({**denied, "message": text}, status=403)
            return await handler(request, account)

        return handle

    async def _user(self, _: web.Request, account: Account) -> web.Response:
        shape = {"name": account.login, "login": account.login, "email": "", "orgId": 1}
        return web.json_response({**shape, "isGrafanaAdmin": False})

    async def _search(self, request: web.Request, _: Account) -> web.Response:
        words = request.query.get("query", "").casefold()
        found = [each for each in self.state.dashboards if words in each.title.casefold()]
        size = int(request.query.get("limit", "1000"))
        return web.json_response([_hit(each) for each in found[:size]])

    async def _show(self, request: web.Request, _: Account) -> web.Response:
        uid = request.match_info["uid"]
        found = next((each for each in self.state.dashboards if each.uid == uid), None)
        if found is None:
            return web.json_response({"message": "Dashboard not found"}, status=404)
        panels = [{"id": n, "title": title} for n, title in enumerate(found.panels, 1)]
        meta = {"url": f"/d/{uid}/x", "updated": _UPDATED, "updatedBy": "admin", "canSave": False}
        board = {"uid": uid, "title": found.title, "version": 3, "panels": panels}
        return web.json_response({"meta": meta, "dashboard": board})

    async def _mark(self, request: web.Request, account: Account) -> web.Response:
        body = await request.json()
        if not body.get("text"):
            wrong = {
                "message": "Failed to save annotation",
                "error": "text field should not be empty",
            }
            return web.json_response(wrong, status=400)
        self.state.annotations.append((account.login, body))
        made = {"message": "Annotation added", "id": len(self.state.annotations)}
        return web.json_response(made)

    async def _alerts(self, _: web.Request, __: Account) -> web.Response:
        return web.json_response(
            [
                {
                    "labels": {"alertname": name, "grafana_folder": "Disks"},
                    "annotations": {"summary": summary},
                    "startsAt": _UPDATED,
                    "fingerprint": f"{number:016x}",
                    "status": {"state": "active", "silencedBy": [], "inhibitedBy": []},
                }
                for number, (name, summary) in enumerate(self.state.alerts)
            ]
        )

    async def _silences(self, _: web.Request, __: Account) -> web.Response:
        return web.json_response(list(self.state.silences.values()))

    async def _silence(self, request: web.Request, _: Account) -> web.Response:
        body = await request.json()
        matchers = body.get("matchers") or []
        starts, ends = (datetime.fromisoformat(body[key]) for key in ("startsAt", "endsAt"))
        if not matchers or any(set(each) < _MATCHER for each in matchers) or ends <= starts:
            return web.json_response({"message": "invalid silence"}, status=400)
        made = {**body, "id": str(uuid4()), "status": {"state": "active"}, "updatedAt": _UPDATED}
        self.state.silences[made["id"]] = made
        return web.json_response({"silenceID": made["id"]}, status=202)

    async def _unsilence(self, request: web.Request, _: Account) -> web.Response:
        found = self.state.silences.get(request.match_info["id"])
        if found is None:
            return web.json_response({"message": "silence not found"}, status=404)
        found["status"] = {"state": "expired"}
        return web.json_response({"message": "silence deleted"})


def _hit(found: Dashboard) -> dict[str, Any]:
    shape = {"uid": found.uid, "title": found.title, "type": "dash-db", "url": f"/d/{found.uid}/x"}
    return {**shape, "folderTitle": found.folder} if found.folder else shape
