"""The form on a stand-in's page, for those who have no browser."""

from __future__ import annotations

from html.parser import HTMLParser


class Form(HTMLParser):
    """The first form of a page: where it goes, its hidden fields, and whom it offers."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.action = ""
        self.fields: dict[str, str] = {}
        self.people: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {key: value or "" for key, value in attrs}
        if tag == "form":
            self.action = values["action"]
        if tag == "input" and values.get("type") == "hidden":
            self.fields[values["name"]] = values["value"]
        if tag == "input" and values.get("type") == "radio":
            self.people.append(values["value"])

    def decided(self, field: str, who: str, *, allow: bool) -> dict[str, str]:
        """What is sent where ``who``, chosen as ``field``, clicks a button.

        Raises:
            LookupError: the page does not offer to authorise as them.
        """
        if who not in self.people:
            raise LookupError(f"the page does not offer to authorise as {who}")
        return {**self.fields, field: who, "decision": "allow" if allow else "deny"}
