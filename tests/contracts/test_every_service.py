"""What every service keeps to, whoever wrote it; new ones are found by their entry point."""

from __future__ import annotations

import ast
import logging
import re
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest
from pydantic import ValidationError

import bot
from bot.commands.arguments import bind, readable
from bot.commands.registry import FlowAnswer, FlowStart, Invocation, Registry
from bot.config.services import BUILT_IN
from bot.errors import Unauthorized, Unavailable
from bot.plugin import Known, command
from bot.reply import Reply, say
from bot.services import discover
from tests.contracts.case import OUTSIDE, case_of
from tests.contracts.fakes import call_for, credential_for

KINDS = discover()
CORE = Path(bot.__file__).parent
OUR_OWN = sorted(path.parent.name for path in (CORE / "services").glob("*/__init__.py"))
STRANGERS = CORE / "connect" / "foreign.py"  # knows how others' secrets look, plugged in or not
NOWHERE = "http://127.0.0.1:9"  # the discard port, where nobody listens
ALICE = "@alice:example.org"
CHAT = [
    "deploy website to prod, please",
    "j build deploy-prod, ENV=prod&VERSION=1.2.3",
    "see https://ci.example.org/job/website/12/console",
    "@alice:example.org: lunch at 12:30?",
    "fixed in 3f786850e387550fdab836ed7e6dc881de23001b",
    "call me at +49 30 1234567",
    "the id is 0b6ad8f5-5f2b-4f8b-9d0e-0d5d7e4b7e11",
    "t auth 748256",
    "14:22:01 error: user:password is missing",
    "日本語: 時間",
]


@command("help")
async def _help(call) -> Reply:
    """Stand in for the bot's own."""
    return say("help")


@pytest.fixture(params=[OUTSIDE.kind] if OUTSIDE else sorted(KINDS))
async def world(request):
    """One service beside its stand-in, with a good and a bad credential of Alice's."""
    kind = KINDS[request.param]
    async with beside(kind, case_of(kind.kind)) as found:
        yield found


@asynccontextmanager
async def beside(kind, case):
    """What the tests below are given of a case."""

    def create(url):
        settings = kind.settings.model_validate(case.settings(stand_in, url))
        return kind.create(kind.kind, ("alias",), settings)

    async with case.start() as stand_in:
        service = create(stand_in.url)
        right = case.right(stand_in)
        yield SimpleNamespace(
            kind=kind,
            case=case,
            service=service,
            unreachable=create(NOWHERE),
            settings=case.settings(stand_in, stand_in.url),
            good=credential_for(service, ALICE, case.account, right),
            bad=credential_for(service, ALICE, case.account, case.wrong),
            secrets=[*right.values(), *case.wrong.values()],
        )


def _phrases(service):
    yield from (name for c in service.commands for name in (c.name, *c.aliases))
    yield from (words for f in service.flows for words in (*f.start, *f.answer))


async def _whoami(service, credential):
    async with service.api(credential) as api:
        found = await service.whoami(api)
    return found.account if isinstance(found, Known) else found


async def _run_examples(service, credential):
    """Run every example of every command; yield what each raises."""
    for spec in service.commands:
        for example in spec.examples:
            meant = Registry([service], [_help]).resolve(f"{service.name} {example}")
            arguments = bind(meant.command, meant.text, ["an item"] * 9)
            try:
                async with call_for(service, ALICE, credential) as call:
                    await meant.command.handler(call, **arguments)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is looked at
                yield example, error
            else:
                yield example, None


# ------------------------------------------------------------------------------ what is declared
def test_the_services_that_come_with_the_bot_are_installed():
    assert set(OUR_OWN) <= set(KINDS)
    assert all(kind.kind == name for name, kind in KINDS.items())


async def test_an_instance_has_the_name_that_the_operator_gives(world):
    assert world.service.name == world.kind.kind
    assert tuple(world.service.aliases) == ("alias",)
    assert world.service.title
    assert world.service.commands
    assert world.service.flows


async def test_every_command_is_documented(world):
    for spec in world.service.commands:
        assert re.fullmatch(r"[A-Z].{8,90}\.", spec.summary), spec.name
        assert spec.usage.startswith(spec.name)
        required = [parameter.required for parameter in spec.parameters]
        assert required == sorted(required, reverse=True), "what is optional comes last"
        assert not spec.parameters or spec.examples, f"{spec.name} takes words: show which"


async def test_every_argument_can_be_read_from_what_is_typed(world):
    for spec in world.service.commands:
        for parameter in spec.parameters:
            readable(parameter.type)


async def test_every_argument_shows_itself_as_it_is_typed(world):
    for spec in world.service.commands:
        for kind in (parameter.type for parameter in spec.parameters):
            if hasattr(kind, "take"):
                assert kind.__str__ is not object.__str__, f"{spec.name}: {kind.__name__}"


async def test_every_phrase_means_one_thing(world):
    phrases = list(_phrases(world.service))
    assert len(phrases) == len(set(phrases))
    registry = Registry([world.service], [_help])
    for phrase in phrases:
        meant = registry.resolve(f"alias {phrase} word")
        assert isinstance(meant, Invocation | FlowStart | FlowAnswer), phrase
        assert meant.service is world.service


async def test_no_phrase_is_taken_for_a_command_of_the_bots_own(world):
    swapped = {"help", "connect", "disconnect"}  # understood behind a service's name, too
    assert not swapped & {phrase.split()[0] for phrase in _phrases(world.service)}
    assert world.kind.kind not in BUILT_IN


async def test_every_example_means_its_command(world):
    registry = Registry([world.service], [_help])
    for spec in world.service.commands:
        for example in spec.examples:
            meant = registry.resolve(f"{world.service.name} {example}")
            assert isinstance(meant, Invocation), example
            assert meant.command is spec, example
            bind(spec, meant.text, ["an item"] * 9)


async def test_credentials_go_to_declared_hosts_only(world):
    assert world.service.origins
    for origin in world.service.origins:
        assert re.fullmatch(r"https?://[^/?#@\s]+", origin), origin


async def test_a_setting_that_it_does_not_know_is_an_error(world):
    with pytest.raises(ValidationError):
        world.kind.settings.model_validate({**world.settings, "no_such_setting": 1})
    with pytest.raises(ValidationError):
        world.kind.settings.model_validate({"no_such_setting": 1})


async def test_settings_cannot_be_changed_later(world):
    settings = world.kind.settings.model_validate(world.settings)
    with pytest.raises(ValidationError):
        settings.timeout = 1


# ------------------------------------------------------------------------------- how to connect
async def test_every_flow_has_a_name_and_words_of_its_own(world):
    flows = world.service.flows
    assert len({flow.name for flow in flows}) == len(flows)
    for flow in flows:
        assert flow.name
        assert not flow.self_starting or flow.answer, "it starts by an answer"


async def test_a_pasted_secret_is_recognised_by_its_shape(world):
    registry = Registry([world.service], [_help])
    assert bool(world.case.pasted) == any(flow.shape for flow in world.service.flows)
    for secret in world.case.pasted:
        for text in (secret, f"here it is: {secret}", f"({secret})", f"token={secret}, ok?"):
            assert registry.looks_like_secret(text), text


@pytest.mark.parametrize("text", CHAT)
async def test_ordinary_talk_is_not_taken_for_a_secret(world, text):
    assert Registry([world.service], [_help]).looks_like_secret(text) is None


async def test_a_flow_whose_secret_lasts_says_where_to_revoke_it(world):
    for flow in world.service.flows:
        assert bool(flow.revoke_hint) == bool(flow.shape)


# --------------------------------------------------------------------------- credentials at work
async def test_a_good_credential_names_its_account(world):
    assert await _whoami(world.service, world.good) == world.case.account


async def test_a_bad_credential_is_unauthorized(world):
    with pytest.raises(Unauthorized):
        await _whoami(world.service, world.bad)


async def test_a_bad_credential_is_unauthorized_with_every_command(world):
    outcomes = {example: error async for example, error in _run_examples(world.service, world.bad)}
    assert {type(error) for error in outcomes.values()} == {Unauthorized}, outcomes


async def test_an_unreachable_service_is_unavailable(world):
    with pytest.raises(Unavailable) as error:
        await _whoami(world.unreachable, world.good)
    assert error.value.retryable


async def test_a_command_that_never_left_may_be_repeated(world):
    async for example, error in _run_examples(world.unreachable, world.good):
        assert isinstance(error, Unavailable), example
        assert error.retryable, example


async def test_revoking_never_fails_loudly(world):
    assert await world.unreachable.revoke(world.good) is False
    assert await world.service.revoke(world.bad) is False
    assert await world.service.revoke(world.good) in {True, False}


# -------------------------------------------------------------------------------------- silence
async def test_nothing_shows_a_secret_by_its_repr(world):
    async with world.service.api(world.good) as api:
        settings = world.kind.settings.model_validate(world.settings)
        shown = [api, world.service, world.good, settings, *world.service.flows]
        text = "".join(f"{thing!r}{thing}" for thing in shown)
        text += repr([vars(thing) for thing in (api, world.service) if hasattr(thing, "__dict__")])
    _assert_hidden(text, world)


async def test_nothing_is_logged_that_is_secret(world, caplog):
    with caplog.at_level(logging.DEBUG):
        await _whoami(world.service, world.good)
        [error async for error in _run_examples(world.service, world.good)]
        [error async for error in _run_examples(world.service, world.bad)]
        [error async for error in _run_examples(world.unreachable, world.good)]
    _assert_hidden("".join(f"{r.getMessage()}{vars(r)!r}" for r in caplog.records), world)


async def test_no_error_shows_a_secret(world):
    for service, credential in ((world.service, world.bad), (world.unreachable, world.good)):
        async for _, error in _run_examples(service, credential):
            chain = [error, error.__cause__, error.__context__]
            _assert_hidden("".join(f"{link}{link!r}" for link in chain), world)


def _assert_hidden(text, world):
    for secret in world.secrets:
        if secret not in ("", world.case.account):  # a user name may be among the fields
            assert secret not in text


# ------------------------------------------------------------------------------- where it stands
def test_adding_a_service_edits_nothing_in_the_core():
    """No code of the core names a service; texts about the code (docstrings, comments) may."""
    found = {
        (path.relative_to(CORE).as_posix(), word)
        for path in CORE.rglob("*.py")
        if not (path.is_relative_to(CORE / "services") and path.parent != CORE / "services")
        if path != STRANGERS
        for word in _words_of_code(ast.parse(path.read_text()))
        if any(_names(name, word.lower()) for name in OUR_OWN)
    }
    assert found == set()


def _names(service, word):
    """Whether a text of the code names a service. "http" and the "aws" in "draws" are no names."""
    if service == "http":
        return re.search(r"services[./]http\b", word)
    return service in word if len(service) > 3 else re.search(rf"(?<![a-z]){service}", word)


@pytest.mark.parametrize(
    ("service", "word", "names"),
    [
        ("jenkins", "myjenkinsapi", True),
        ("jenkins", "connect jenkins", True),
        ("aws", "draws", False),
        ("aws", "an awsapi", True),
        ("http", "https://", False),
        ("http", "bot.services.http.client", True),
    ],
)
def test_a_service_is_named_by_a_word_of_its_own(service, word, names):
    assert bool(_names(service, word)) is names


def _words_of_code(tree):
    """Every identifier and every text in a module, except texts that stand alone: docstrings."""
    alone = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if id(node) not in alone:
            yield from (value for _, value in ast.iter_fields(node) if isinstance(value, str))


@pytest.mark.parametrize("name", OUR_OWN)
def test_a_service_sees_the_contract_and_nothing_else_of_the_bot(name):
    contract = ("plugin", "reply", "secret", "errors", "model")
    shared = ("addresses", "connect", "http", "prose", "quiet", "threads", "wire")
    allowed = (*(f"bot.{module}" for module in contract + shared), f"bot.services.{name}")
    for path in (CORE / "services" / name).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            imported = node.module if isinstance(node, ast.ImportFrom) else ""
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            for module in filter(None, [imported, *names]):
                ours = module == "bot" or module.startswith("bot.")
                assert not ours or module.startswith(allowed), f"{path.name} imports {module}"
