"""What an operator writes: a mistake is one line with its key, what is wrong, and the remedy."""

from __future__ import annotations

import copy
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from bot.commands.arguments import bind, describe
from bot.commands.help import about_command, about_service
from bot.commands.registry import Registry
from bot.config.services import read_services
from bot.errors import ConfigError, UserError
from bot.plugin import Effect
from bot.services.http import SERVICE
from bot.services.http.environment import sandbox
from tests.contracts.fakes import FakeConversation, plain
from tests.contracts.http import examples
from tests.contracts.http.conftest import MINIMAL, Said, _help, create
from tests.contracts.test_every_service import (
    test_a_service_sees_the_contract_and_nothing_else_of_the_bot as sees_the_contract,
)

PAGE = (examples.PROJECT / "docs" / "http-services.md").read_text()
WHOLE = {
    "type": "http",
    **MINIMAL,
    "url": "https://api.example.org/v1",
    "commands": {
        "show": {
            "help": "Show a thing.",
            "arguments": {"thing": "item", "more": {"default": None}},
            "get": "things/{thing}",
            "query": {"x": "{more}"},
            "answer": "{{ name }} {{ args.thing }}",
        }
    },
}


def read(settings):
    """What the configuration makes of it."""
    return read_services({"it": settings}, {"http": SERVICE})["it"].settings


def changed(path, value):
    """The whole declaration, with one value other than it should be."""
    settings = copy.deepcopy(WHOLE)
    *way, last = path.split(".")
    inner = settings
    for key in way:
        inner = inner.setdefault(key, {})
    if value is ...:
        del inner[last]
    else:
        inner[last] = value
    return settings


SHOW = "commands.show"


@pytest.mark.parametrize(
    ("path", "value", "problem", "fix"),
    [
        ("url", "http://api.example.org", "https://", "https://gitlab.com/api/v4"),
        ("url", "https://user:pass@api.example.org", "without user", "https"),
        ("url", "https://api.example.org/a/../b", "empty part, . or ..", "https"),
        ("url", "https://2130706433/", "neither a name nor an address", "https"),
        ("token", ..., "is missing", "token: {page"),
        ("token.page", ..., "is missing", "address of the page"),
        ("token.send", "query", "no header", "bearer, basic"),
        ("token.send", "Cookie", "no header", "bearer, basic"),
        ("token.send", "X-Key: a b", "no header", "bearer, basic"),
        ("token.shape", "(", "regular expression", "regular expression"),
        ("token.shape", r"\w+", "ordinary words", "leave it out"),
        ("token.sned", "bearer", "not a key", "Did you mean send?"),
        ("whoami.answer", "{{ name", "unexpected end of template", "{{ fields }}"),
        ("whoami.gte", "me", "not a key", "Did you mean get?"),
        ("whoami.get", ..., "needs one of get", "get: things"),
        ("commands", {}, "has no command", "{show: {help: Show a thing., get: thing}}"),
        ("commands.help me", WHOLE["commands"]["show"], "begins with 'help', a word of the bot's",
         "Take another word"),
        ("commands.connect", WHOLE["commands"]["show"], "'connect' is a word of the bot's own",
         "Take another word"),
        ("commands.Show", WHOLE["commands"]["show"], "is no command", "by their names"),
        ("commands.show.help", "", "must have 1 to 150 characters", "Show what is open."),
        ("commands.show.effect", "maybe", "must be read, write or danger", "leave it out"),
        ("commands.show.aliases", ["show"], "has 'show' twice", "Leave one of them out"),
        ("commands.show.examples", ["list x"], "does not begin with it", "Write show"),
        ("commands.show.get", "things/{thng}", "{thng} is no argument here; there are {account}",
         "Did you mean {thing}?"),
        ("commands.show.get", "things/{y}", "{y} is no argument here", "path below url"),
        ("commands.show.get", "things/{more}", "left out and has no default", "path below url"),
        ("commands.show.get", "things/{{ thing }}", "for answers", "path below url"),
        ("commands.show.get", "//evil.example/x", "address of its own", "path below url"),
        ("commands.show.get", "https://evil.example/x", "address of its own", "path below url"),
        ("commands.show.get", "a/../b", "empty part", "path below url"),
        ("commands.show.get", "a/%2e%2e/b", "empty part", "path below url"),
        ("commands.show.get", "a?b=c", "query", "path below url"),
        ("commands.show.get", r"a\b", "percent-encode", "path below url"),
        ("commands.show.get", 5, "must be a text", "path below url"),
        ("commands.show.post", "x", "has get and post", "Keep one"),
        ("commands.show.get", ..., "needs one of get", "get: things"),
        ("commands.show.query", {"x": "{y}"}, "{y} is no argument here", "{name} stands for"),
        ("commands.show.query", {"x": {"y": 1}}, "only have texts", "{name} stands for"),
        ("commands.show.body", {"x": 1}, "goes with post", "goes into query"),
        ("commands.show.answer", "{{ args.thng }}", "args.thng is no argument", "{{ fields }}"),
        ("commands.show.answer", "{{ a|qqq }}", "No filter named 'qqq'", "{{ fields }}"),
        ("commands.show.answer", "{{ a|dat }}", "No filter named 'dat'", "Did you mean date?"),
        ("commands.show.answer", "a\n{% iff a %}", "tag 'iff' (line 2)", "{{ fields }}"),
        ("commands.show.answer", "by { user.login }", "has { user.login }, which would be shown",
         "In templates write {{ user.login }}"),
        ("commands.show.answer", "{{ x }}: {thing}", "has {thing}", "write {{ args.thing }}"),
        ("whoami.answer", "{login}", "has {login}", "In templates write {{ login }}"),
        ("whoami.answer", "{{ args.thing }}", "args.thing is no argument", "{{ fields }}"),
        ("commands.show.preview", {"get": "x", "answer": "{thing}"}, "has {thing}", "args.thing"),
        ("commands.show.answer", "{{ a.b() }}", "nothing can be called", "{{ fields }}"),
        ("commands.show.answer", "{{ range(9) }}", "nothing can be called", "{{ fields }}"),
        ("commands.show.answer", "{% include 'x' %}", "only {{ }}", "{{ fields }}"),
        ("commands.show.answer", "{% set a = 1 %}", "only {{ }}", "{{ fields }}"),
        ("commands.show.answer", "[x](javascript:y)", "neither with https", "{{ fields }}"),
        ("commands.show.answer", "{% for a in b %}{% for c in b %}{% for d in b %}{% endfor %}"
         "{% endfor %}{% endfor %}", "more than two loops", "{{ fields }}"),
        ("commands.show.value", "{{ id }}", "go with each", "Give each"),
        ("commands.show.ech", "x", "not a key", "Did you mean each?"),
        ("commands.show.preview", {"get": "x/{y}", "answer": "x"}, "{y} is no", "look at first"),
        ("commands.show.preview", {"post": "x", "answer": "x"}, "needs a get", "look at first"),
        ("commands.show.preview.answer", "x", "needs one of get", "get: things"),
        ("commands.show.preview", {"get": "x/{preview.id}", "answer": "x"}, "no preview", ""),
        ("commands.show.get", "x/{preview.id}", "{preview.id}, and there is no preview", "below"),
        ("commands.show.query", {"x": "{preview.id}"}, "there is no preview", "{name} stands for"),
        ("commands.show.query", {"x": "{preview}"}, "{preview} is no arg", "{name} stands for"),
        ("whoami.get", "{preview.id}", "there is no preview", "path below url"),
        ("commands.show.also", "x", "goes with what writes", "Leave also out"),
        ("commands.show.also", "{{ args.thng }}", "args.thng is no argument", "preview's answer"),
        ("commands.show.also", ["x", 5], "", "preview's answer"),
        ("commands.show.arguments", {"preview": "word"}, "cannot be the name", "type"),
        ("commands.show.arguments", {"a b": "word"}, "cannot be the name", "type"),
        ("commands.show.arguments", {"thing": "wrod"}, "must be word, number", "word, number"),
        ("commands.show.arguments", {"thing": [True, False]}, "text", "quotes"),
        ("commands.show.arguments", {"thing": "rest", "x": "word"}, "behind rest", "type"),
        ("commands.show.arguments", {"x": {"default": "y"}, "thing": "word"}, "before one", "type"),
        ("commands.show.arguments", {"thing": {"type": "item", "form": "x"}}, "braces", "looks"),
        ("commands.show.arguments", {"thing": {"type": "item", "form": "{a}{b}"}}, "side by", "lo"),
        ("commands.show.arguments", {"thing": {"type": "number", "default": "x"}}, "none of", "ty"),
        ("commands.show.arguments", {"thing": {"choices": ["a"], "default": "b"}}, "none of", "ty"),
        ("timeout", 0, "greater than 0", "seconds"),
        ("ca_file", "/nowhere.pem", "no file", "certificates"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_in_one_line_with_its_key_and_the_fix(path, value, problem, fix):
    with pytest.raises(ConfigError) as error:
        read(changed(path, value))
    assert "\n" not in str(error.value)
    assert ".." not in str(error.value).replace(". or ..", "")
    assert error.value.key.startswith("services.it.")
    assert problem in error.value.problem
    assert fix in error.value.fix


@pytest.mark.parametrize(
    ("path", "value", "key"),
    [
        ("commands.show.get", "x/{y}", "commands.show.get"),
        ("commands.show.answer", "{{", "commands.show.answer"),
        ("commands.show.arguments", {"thing": "wrod"}, "commands.show.arguments.thing.type"),
        ("commands.show.preview", {"gte": "x", "answer": "x"}, "commands.show.preview.gte"),
        ("token.revoke", {"delete": "//x"}, "token.revoke.delete"),
    ],
)
def test_the_key_of_a_mistake_leads_to_it(path, value, key):
    with pytest.raises(ConfigError) as error:
        read(changed(path, value))
    assert error.value.key == f"services.it.{key}"


def test_the_whole_declaration_without_a_mistake_is_taken():
    assert read(WHOLE).commands["show"].does is Effect.READ
    for url in ("http://localhost:3000/api", "http://127.0.0.1:3000", "http://[::1]:3000",
                "https://10.0.0.1/api", "https://gitlab.internal/api/v4/"):  # fmt: skip
        assert not read(changed("url", url)).url.endswith("/")


@pytest.mark.parametrize(
    ("method", "declared", "effect"),
    [
        ("get", None, Effect.READ),
        ("post", None, Effect.WRITE),
        ("put", None, Effect.WRITE),
        ("delete", None, Effect.DANGER),
        ("post", "read", Effect.READ),
        ("get", "danger", Effect.DANGER),
    ],
)
def test_what_a_command_does_follows_from_its_method_or_is_declared(method, declared, effect):
    spec = {"help": "Go there and back.", method: "x", "effect": declared}
    command, _ = create(MINIMAL, url="https://x.example", commands={"go": spec}).commands
    assert command.effect is effect
    assert (command.prepare is not None) is (effect is Effect.DANGER)


# ---------------------------------------------------------------------------- what people type
ARGUMENTS = {
    "state": ["open", "closed"],
    "count": {"type": "number", "default": 5},
    "text": {"type": "rest", "default": None},
}


def test_arguments_are_read_by_their_types_and_help_tells_them():
    spec = {"help": "Go there and back.", "get": "x", "arguments": ARGUMENTS}
    service = create(MINIMAL, url="https://x.example", commands={"go": spec})
    command, _ = service.commands
    assert command.usage == "go <state> [count] [text]"
    assert bind(command, "closed 3 and  more", None) == {
        "state": "closed", "count": 3, "text": "and  more"
    }  # fmt: skip
    for wrong in ("", "shut", "open x"):
        with pytest.raises(UserError):
            bind(command, wrong, None)
    registry = Registry([service], [_help])
    assert "state: one of open, closed" in plain(about_command(registry, service, command, "!"))
    assert "go <state> [count] [text] – Go there and back." in plain(about_service(service, "!"))


async def test_what_is_left_out_is_its_default_or_is_not_sent(echo, tell):
    query = {"state": "{state}", "n": "{count}", "q": "{text}", "all": True, "f": ["a", "{state}"]}
    said = tell(arguments=ARGUMENTS, query=query)
    await said("go open")
    await said("go closed 7 a&b=c")
    assert [path for _, path, _ in echo.asked] == [
        "/go?state=open&n=5&all=true&f=a&f=open",
        "/go?state=closed&n=7&q=a%26b%3Dc&all=true&f=a&f=closed",
    ]


async def test_a_body_keeps_the_types_of_what_is_typed(echo, tell):
    body = {
        "n": "{count}",
        "s": "{state}",
        "t": "{text}",
        "x": None,
        "in": ["{count}", "n {count}"],
    }
    said = tell(get=..., post="go", arguments=ARGUMENTS, body=body)
    await said("go open")
    assert yaml.safe_load(echo.asked[0][2]) == {"n": 5, "s": "open", "x": None, "in": [5, "n 5"]}
    assert echo.headers[0]["Content-Type"] == "application/json"


def test_a_form_tells_how_an_item_is_typed():
    form = {"type": "item", "form": "{project}#{number}"}
    spec = {"help": "Go there and back.", "get": "x/{it.project}/{it.number}",
            "arguments": {"it": form}}  # fmt: skip
    command, _ = create(MINIMAL, url="https://x.example", commands={"go": spec}).commands
    assert describe(command.parameters[0].type) == (
        "a word of the form project#number, or its number in your last list"
    )
    item = bind(command, "'my team/web#shop#12'", None)["it"]
    assert item.parts() == {"project": "my team/web#shop", "number": "12"}
    assert str(item) == "my team/web#shop#12"


# ------------------------------------------------------------------------------- how to connect
async def test_a_token_is_asked_for_by_its_page_and_checked_by_its_shape():
    service = create(examples.declared("gitlab", "https://gitlab.com/api/v4"))
    (flow,) = service.flows
    talk = FakeConversation(
        ["hunter2", "glpat-tökén-tökén-tökén-tökén", "glpat-0123456789abcdefghij"]
    )
    grant = await flow.run(talk)
    assert grant.fields["token"].reveal() == "glpat-0123456789abcdefghij"
    assert "Make a personal access token with the scope api on https://gitlab.com/-/" in talk.said
    assert talk.said.count("does not look like a personal access token") == 2
    assert flow.revoke_hint.startswith("Revoke it on https://gitlab.com/-/")


async def test_basic_takes_a_user_and_a_token():
    token = {**MINIMAL["token"], "send": "basic"}
    spec = {"help": "Go there and back.", "get": "x"}
    service = create({**MINIMAL, "token": token}, url="https://x.example", commands={"go": spec})
    grant = await service.flows[0].run(FakeConversation(["nobody", "alice:s3cret:x"]))
    assert {name: value.reveal() for name, value in grant.fields.items()} == {
        "user": "alice", "token": "s3cret:x"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("declared", "shown"),
    [
        ("show what is open", "Show what is open."),
        ("Show it!", "Show it!"),
        ("Show\n  all of it. ", "Show all of it."),
    ],
)
def test_help_becomes_a_sentence_by_itself(declared, shown):
    assert read(changed("commands.show.help", declared)).commands["show"].help == shown


async def test_who_one_is_can_be_asked_without_declaring_it(echo, tell):
    said = tell({"name": "alice"})
    assert plain(await said("whoami")) == "On Echo you are alice."
    assert [path for _, path, _ in echo.asked] == ["/me"]


def test_a_whoami_that_is_declared_takes_the_place_of_the_usual_one():
    for name, aliases in (("whoami", []), ("me", ["whoami"])):
        spec = {"help": "Show my profile.", "get": "profile", "aliases": aliases}
        (command,) = create(MINIMAL, url="https://x.example", commands={name: spec}).commands
        assert command.summary == "Show my profile."


async def test_nobody_without_a_name_is_connected(echo, tell):
    said = tell({"name": ""})
    with pytest.raises(Exception, match="whose account"):
        await said.whoami()
    echo.answer = {"name": "alice\n**admin** [x](https://evil.example)"}
    assert await said.whoami() == "alice **admin** [x](https://evil.example)"


# ------------------------------------------------------------------------------------ the page
BLOCKS = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


def test_the_page_begins_with_a_whole_service_in_about_twenty_lines():
    assert 15 <= len(BLOCKS[0].strip().splitlines()) <= 26


async def test_the_service_on_the_page_works(gitlab):
    settings = dict(yaml.safe_load(BLOCKS[0])["services"]["gitlab"])
    del settings["type"]
    service = create(settings, url=f"{gitlab.url}/api/v4")
    said = Said(service, gitlab.alices)
    assert await said.whoami() == "alice (1)"
    await said("issues team/website")
    assert plain(await said("close 1")) == "Done."
    assert gitlab.website.issues[0].state == "closed"
    assert "team/website#2" in plain(await said("create team/website A new one"))


def test_everything_that_can_be_declared_is_on_the_page():
    models = [SERVICE.settings]
    seen = set()
    while models:
        model = models.pop()
        if model in seen:
            continue
        seen.add(model)
        for name, field in model.model_fields.items():
            assert f"`{name}`" in PAGE, f"{model.__name__}.{name}"
            assert field.description, f"{model.__name__}.{name}"
            models += _models_in(field.annotation)
    for name in filter(str.isidentifier, sandbox().filters):
        assert f"`{name}`" in PAGE, name


def _models_in(annotation):
    from typing import get_args

    if hasattr(annotation, "model_fields"):
        return [annotation]
    return [found for part in get_args(annotation) for found in _models_in(part)]


@pytest.mark.parametrize("name", ["gitlab", "grafana"])
def test_an_example_is_a_part_of_a_configuration(name):
    document = yaml.safe_load((examples.PROJECT / "examples" / f"{name}.yaml").read_text())
    assert list(document) == ["services"]
    assert list(read_services(document["services"], {"http": SERVICE})) == [name]


def test_it_sees_the_contract_and_nothing_else_of_the_bot():
    sees_the_contract("http")


def test_no_file_of_it_is_long():
    folder = Path(SERVICE.create.__globals__["__file__"]).parent
    assert max(len(path.read_text().splitlines()) for path in folder.glob("*.py")) < 200


@pytest.mark.parametrize(
    ("says", "ends"),
    [
        ({"ends": "2027-03-01"}, datetime(2027, 3, 1, tzinfo=UTC)),
        ({"ends": "2027-03-01T12:30:00Z"}, datetime(2027, 3, 1, 12, 30, tzinfo=UTC)),
        ({"ends": None}, None),
        ({"ends": "never"}, None),
        ({}, None),
    ],
)
async def test_the_end_of_a_token_is_known_where_the_service_tells_it(tell, says, ends):
    expires = {"get": "token", "answer": "{{ ends }}"}
    said = tell({"name": "alice", **says}, settings={**MINIMAL, "expires": expires})
    assert (await said.known()).expires == ends
