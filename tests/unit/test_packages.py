"""What is wrong with a package that brings a service: told in a line, where it is configured."""

from __future__ import annotations

import sys
from textwrap import dedent

import pytest

from bot.cli.check import _service
from bot.cli.findings import Verdict
from bot.config import ServiceEntry, WebConfig
from bot.config.services import read_services
from bot.errors import ConfigError
from bot.instances import make
from bot.plugin import Settings
from bot.services import discover

PACKAGE = "actas_pager"
INIT = "actas_pager/__init__.py, line"
PAGE = """\
class Page:
    name, web, start, answer, self_starting, shape, revoke_hint = "web", True, (), (), False, "", ""
    async def run(self, talk): ...

class Pager:"""
WHOLE = """\
from bot.plugin import Settings, command
from bot.connect.token import Field, Token
from bot.reply import Reply, say

class PagerSettings(Settings):
    limit: int = 1

@command("page")
async def page(call, who: str) -> Reply:
    'Page somebody who is on call.'
    return say(who)

FIELD = Field("token", "token", r"x+", "")
FLOW = Token(page="https://x", what="a token", fields=(FIELD,), shape="", revoke_hint="")

class Pager:
    title, origins, commands = "Pager", ("http://127.0.0.1:9",), (page,)
    flows = (FLOW,)

    def __init__(self, name, aliases):
        self.name, self.aliases = name, aliases

    def api(self, credential): ...
    async def whoami(self, api): ...
    async def revoke(self, credential): ...

class PagerType:
    kind, settings = "pager", PagerSettings

    def create(self, name, aliases, settings):
        return Pager(name, aliases)

SERVICE = PagerType()
"""


def write_package(place, text, name=PACKAGE):
    """What pip would leave in a directory: a package, and what it says of itself."""
    (place / name).mkdir(parents=True)
    (place / name / "__init__.py").write_text(dedent(text))
    about = place / f"{name}-1.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n")
    (about / "entry_points.txt").write_text(f"[actas.services]\npager = {name}:SERVICE\n")


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Installs a package of this text; returns what is then found."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)

    def install(text, name=PACKAGE):
        write_package(tmp_path / name, text, name)
        monkeypatch.syspath_prepend(str(tmp_path / name))
        return discover()

    yield install
    for name in [name for name in sys.modules if name.startswith(PACKAGE)]:
        del sys.modules[name]


def changed(old, new):
    """The whole package with a mistake in it."""
    assert WHOLE.count(old) == 1
    return WHOLE.replace(old, new)


async def test_a_package_without_mistakes_is_made_and_checked(install):
    """So that each mistake below is the only one; here nobody answers at its host."""
    entry = read_services({"p": {"type": "pager"}}, install(WHOLE))["p"]
    assert make(entry).title == "Pager"
    [found] = [each async for each in _service(entry, WebConfig())]
    assert found.text.startswith("http://127.0.0.1:9: ")


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("limit: int = 1", "limit: int = = 1", "SyntaxError in {INIT} 6: invalid"),
        ("limit: int = 1", "limit: int = one", "NameError in {INIT} 6: name 'one'"),
        ("who: str", "who", "TypeError in {INIT} 8: the parameter who of 'page'"),
        ("from bot.reply", "import nowhere.at_all\nfrom bot.reply", "Error in {INIT} 3: No"),
        ("SERVICE =", "SERVANT =", "module 'actas_pager' has no attribute"),
        ("SERVICE =", "raise ValueError('hunter2')\nSERVICE =", "ValueError in {INIT}"),
    ],
)  # fmt: skip
def test_a_package_that_cannot_be_loaded_is_told_where_it_is_configured(install, old, new, fault):
    """With its file and line, and without the text of an error that may hold data."""
    kinds = install(changed(old, new))
    assert "jenkins" in kinds
    assert "pager" not in kinds
    with pytest.raises(ConfigError) as caught:
        read_services({"p": {"type": "pager"}}, kinds)
    assert str(caught.value).startswith("services.p: its package actas_pager cannot be loaded: ")
    assert fault.format(INIT=INIT) in str(caught.value)
    assert caught.value.fix == "Mend the package, or take the service out"
    assert "hunter2" not in str(caught.value)
    assert read_services({}, kinds) == {}


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("SERVICE = PagerType()", "SERVICE = PagerType", "a class: SERVICE = PagerType()"),
        ('"pager", PagerSettings', '"pages", PagerSettings', "is called pager, and its kind pages"),
        ("PagerSettings(Settings)", "PagerSettings", "are no class made from bot.plugin.Settings"),
        ("def create", "def make", "it has no create"),
    ],
)  # fmt: skip
def test_what_is_no_kind_of_service_is_told_as_such(install, old, new, fault):
    """Before anything is made of it."""
    assert fault in install(changed(old, new)).broken["pager"].problem


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("name, aliases, settings)", "name)", "TypeError: PagerType.create() takes 2 positional"),
        ("Pager(name, aliases)", "Pager(nam, aliases)", "NameError in {INIT} 31: name"),
        ("def whoami", "def who_am_i", "the service has no whoami"),
        ("who: str", "who: float", "'page': <who>: no argument of type <class 'float'>"),
        ("(page,)", "(page, page)", "'page' would mean two things"),
        ("(page,)", "(print,)", "'print' is among its commands, without @command"),
        ("self.name, self.aliases = name", "self.name, self.aliases = 'x'", "it is 'x'"),
        ("(FLOW,)", "()", "the service has no way to connect"),
        ("(FLOW,)", "(FLOW, 5)", "the flow int has no name"),
    ],
)  # fmt: skip
async def test_a_service_that_lacks_something_is_refused_by_check_and_run_alike(
    install, old, new, fault
):
    """Not when somebody first uses it."""
    kinds = install(changed(old, new))
    entry = read_services({"p": {"type": "pager"}}, kinds)["p"]
    with pytest.raises(ConfigError) as caught:
        make(entry)
    assert str(caught.value).startswith("services.p: its package actas_pager cannot be used: ")
    assert fault.format(INIT=INIT) in str(caught.value)
    [found] = [each async for each in _service(entry, WebConfig())]
    assert (found.verdict, found.what) == (Verdict.FAIL, "services.p")
    assert fault.format(INIT=INIT) in found.text


async def test_a_command_without_a_docstring_is_a_warning(install):
    """Help is poorer for it; everything works."""
    kinds = install(changed("    'Page somebody who is on call.'\n", ""))
    entry = read_services({"p": {"type": "pager"}}, kinds)["p"]
    first, *_ = [each async for each in _service(entry, WebConfig())]
    assert first.verdict is Verdict.WARN
    assert first.text == "the command 'page' has no docstring, which is its help"


def test_settings_that_fail_in_their_own_way_are_the_packages_fault(install):
    """Values are in the hands of its validators."""
    validator = "limit: int = 1\n    def model_post_init(self, _): nonsense"
    kinds = install(changed("limit: int = 1", validator))
    with pytest.raises(ConfigError, match=r"NameError in actas_pager/__init__\.py, line 7: name"):
        read_services({"p": {"type": "pager"}}, kinds)


def test_a_kind_that_two_packages_offer_stops_only_who_uses_it(install):
    """It would be chance which one it is."""
    install(WHOLE)
    kinds = install(WHOLE, "actas_pager_too")
    assert "actas_pager:SERVICE" in kinds.broken["pager"].problem
    assert "actas_pager_too:SERVICE" in kinds.broken["pager"].problem
    with pytest.raises(ConfigError, match="Uninstall one of them"):
        read_services({"p": {"type": "pager"}}, kinds)


def test_a_mistake_of_the_bots_own_is_a_bug():
    """It is not the operator's to mend."""

    class Ours:
        """A kind that comes with the bot."""

        __module__ = "bot.services.ours"
        kind, settings = "ours", Settings

        def create(self, *_):
            """It fails."""
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        make(ServiceEntry("ours", Ours(), (), Settings()))


async def test_a_way_that_needs_a_page_and_is_not_offered_is_said(install):
    """Where there is another one; with a page nothing is said."""
    kinds = install(changed("(FLOW,)", "(Page(), FLOW)").replace("class Pager:", PAGE))
    entry = read_services({"p": {"type": "pager"}}, kinds)["p"]
    said = [each async for each in _service(entry, WebConfig())]
    assert said[0].verdict is Verdict.WARN
    assert said[0].text == ("people connect by token only: a web page needs web.public_url")
    there = WebConfig(public_url="https://bot.example.org")
    assert len([each async for each in _service(entry, there)]) == len(said) - 1
