"""The page on which people enter the code that an app has shown them."""

from __future__ import annotations

import secrets

from aiohttp import web

from sandbox.github.oauth.question import question
from sandbox.github.world import World
from sandbox.page import form, page

_ENTER = (
    '<label>Enter the code displayed on your device <input name="user_code" required '
    'placeholder="XXXX-XXXX" autocomplete="off"></label> '
    '<button name="step" value="enter">Continue</button>'
)


class DevicePage:
    """Takes the code, then asks. Whoever opens the page chooses who they are."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._authenticity = secrets.token_hex(20)

    def routes(self) -> list[web.RouteDef]:
        """The routes."""
        return [web.get("/login/device", self.ask), web.post("/login/device", self.decide)]

    async def ask(self, _request: web.Request) -> web.Response:
        """Ask for the code."""
        return page("Device Activation", self._form({}, _ENTER))

    async def decide(self, request: web.Request) -> web.Response:
        """Ask whether the app may act for somebody, or remember what was decided."""
        given = {key: str(value) for key, value in (await request.post()).items()}
        user_code = given.get("user_code", "")
        device = self._world.asked.waiting(user_code, self._world.now())
        genuine = secrets.compare_digest(given.get("authenticity_token", ""), self._authenticity)
        if device is None or not genuine:
            wrong = "<p>The code is wrong, or it has expired. Please try again.</p>"
            return page("Device Activation", wrong + self._form({}, _ENTER), 422)
        if "decision" not in given:
            asked = question(self._world, device.app, device.scopes)
            inside = self._form({"user_code": device.user_code}, asked)
            return page(f"Authorize {device.app.name}", inside)
        if given["decision"] != "allow":
            device.denied = True
            return page("Authorization cancelled", "<p>Your device was given nothing.</p>")
        device.user = self._world.user(given.get("login", ""))
        if device.user is None:
            return page("Sign in to GitHub", "<p>Go back and choose an account.</p>", 403)
        return page("Congratulations, you're all set!", "<p>Your device is now connected.</p>")

    def _form(self, hidden: dict[str, str], inside: str) -> str:
        fields = {**hidden, "authenticity_token": self._authenticity}
        return form("/login/device", fields, inside)
