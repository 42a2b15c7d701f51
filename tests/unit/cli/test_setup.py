"""Setting up: what is asked, what is written, and what never stands in a flag."""

from __future__ import annotations

import pytest
import yaml

from bot.cli.answers import public_url
from bot.cli.asking import Asker
from bot.cli.questions import by_hand
from bot.cli.service_form import fill
from bot.cli.sheet import Sheet
from bot.config import WebConfig, load
from bot.errors import ConfigError
from bot.plugin import SecretValue, Settings
from bot.secret import Secret
from bot.services import discover
from tests.terminal import Terminal

PASSWORD = "correct horse"


class FakeSettings(Settings):
    """What a service of another package may ask for."""

    url: str
    app_key: SecretValue
    timeout: int = 15


class Fake:
    """A kind of service that setup has never heard of."""

    kind = "fake"
    settings = FakeSettings


KINDS = {"fake": Fake()}
SILENT = Asker(interactive=False)


def test_a_service_is_set_up_from_its_settings_alone(monkeypatch):
    """Flags give values; a secret comes from the environment and goes into a file."""
    monkeypatch.setenv("CI_APP_KEY", "hunter2")
    given = ["ci.url=https://ci.example.org", "ci.timeout=5", "ci.aliases=[j, build]"]
    form = fill(SILENT, KINDS, ["ci=fake"], given)
    assert form.services == {
        "ci": {
            "type": "fake",
            "url": "https://ci.example.org",
            "timeout": 5,
            "aliases": ["j", "build"],
            "app_key": "file:ci-app-key",
        }
    }
    assert form.files == {"ci-app-key": Secret("hunter2")}


def test_a_secret_may_stay_where_it_is():
    """A reference is written as it was given, and no file is made."""
    given = ["fake.url=x", "fake.app_key=env:APP_KEY"]
    form = fill(SILENT, KINDS, ["fake"], given)
    assert form.services["fake"]["app_key"] == "env:APP_KEY"
    assert form.files == {}


@pytest.mark.parametrize(
    ("wanted", "given", "key"),
    [
        (["fak"], [], "--service fak"),
        (["fake"], [], "--set fake.url=…"),
        (["fake"], ["fake.url=x"], "FAKE_APP_KEY"),
        (["fake"], ["fake.url=x", "fake.app_key=hunter2"], "--set fake.app_key"),
        ([], ["fake.url=x"], "--set fake"),
        (["fake"], ["fake.url=x", "fake.app_key=env:X", "fake.timeout=long"], "--set fake.timeout"),
        (["fake"], ["fake.url=x", "fake.app_key=env:X", "fake.aliases=f"], "--set fake.aliases"),
        (["help=fake"], [], "--service help=fake"),
        (["fake"], ["url=x"], "--set url"),
        (["fake"], ["fake.url"], "--set fake.url"),
    ],
)
def test_what_is_missing_or_wrong_is_told_by_its_flag(wanted, given, key):
    """Without a terminal nothing is asked; a secret in a flag is refused and not repeated."""
    with pytest.raises(ConfigError) as caught:
        fill(SILENT, KINDS, wanted, given)
    assert caught.value.key == key
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    "text", ["plain", "no", "a: b", "#x", "it's", 'say "x"', "ünï 🙂", "!x", "a\nb"]
)
def test_the_written_configuration_says_what_was_answered(tmp_path, text):
    """Whatever it was, it comes back from YAML as it is, and the file loads."""
    sheet = Sheet(
        url="http://localhost:8008",
        user="@actas:example.org",
        state_dir="./state",
        database=None,
        users=["@*:example.org"],
        admins=["@ops:example.org"],
        services={"ci": {"type": "fake", "url": text, "app_key": text}},
    )
    path = tmp_path / "config.yaml"
    path.write_text(sheet.text())
    config = load(path, KINDS)
    assert config.services["ci"].settings.url == text
    assert config.access.admins == ("@ops:example.org",)
    assert yaml.safe_load(sheet.text())["commands"]["confirm"] == []


NEW = ("setup", "--config", "new.yaml")


@pytest.fixture
def bare(shell):
    """A shell in a directory with nothing in it, and no secret set."""
    shell.environment.pop("ACTAS_SECRET")
    (shell.home / "config.yaml").unlink()
    return shell


def left(shell):
    """What is in the shell's directory."""
    return sorted(path.name for path in shell.home.rglob("*"))


def choose(terminal, wanted):
    """Say of each kind of service that is offered whether it is wanted, and see what it is called.

    Kinds that are written by hand are not offered.
    """
    for name, kind in sorted(discover().items()):
        if not by_hand(kind):
            terminal.answer(f"Connect to {wanted.get(name, '')}", "y" if name in wanted else "n")


def test_setup_asks_for_everything_in_a_terminal(bare):
    """Services go by their titles, each with its usual short word. Here the homeserver is away."""
    with Terminal.open(bare.home, bare.environment, *NEW) as terminal:
        terminal.answer("homeserver's address", "http://127.0.0.1:1")
        terminal.answer("Matrix id", "@actas:example.org")
        choose(terminal, {"jenkins": "Jenkins?", "twitter": "X (twitter)?"})
        terminal.answer("Jenkins' address (such as https://ci.example.org):", "https://ci.test")
        terminal.answer("Short words for jenkins, or - for none [j]:", "")
        terminal.answer_unseen("API key of the bot's app on X:", "hunter2")
        terminal.answer_unseen("API key secret of the bot's app on X:", "hunter2")
        terminal.answer("Short words for twitter, or - for none [t]:", "")
        terminal.answer("database", "")
        terminal.answer("talk to it", "")
        terminal.answer("administer", "@ops:example.org")
        terminal.answer_unseen("Password of @actas:example.org", PASSWORD)
        assert terminal.end() == 2
    assert "http://127.0.0.1:1 does not let the bot in" in terminal.shown
    assert PASSWORD not in terminal.shown
    assert "hunter2" not in terminal.shown
    assert left(bare) == []


def test_setup_asks_for_what_other_settings_make_needful(bare):
    """X needs other keys where people connect by OAuth 2."""
    line = bare.refuse(
        *NEW,
        "--homeserver=http://127.0.0.1:1",
        "--user=@actas:example.org",
        "--service=twitter",
        "--set=twitter.callback=oauth2",
    )
    assert line.startswith("actas: --set twitter.client_id=")


OAUTH2 = ["twitter.callback=oauth2", "twitter.client_id=x"]


@pytest.fixture
def x(tmp_path):
    """Gives X, as it is set up from flags."""

    def x(*given):
        kinds = discover()
        return fill(SILENT, kinds, ["twitter"], list(given)).made(kinds, tmp_path)

    return x


def test_the_bots_own_page_is_asked_for_where_a_service_needs_it(x):
    """Before anything is written that the bot would not start with."""
    with pytest.raises(ConfigError) as caught:
        public_url(SILENT, None, x(*OAUTH2))
    assert str(caught.value).startswith(
        "--public-url: is missing, and twitter is connected over a web page only. "
    )
    with pytest.raises(ConfigError, match=r"--public-url: .*Give an address such as"):
        public_url(SILENT, "example.org", x(*OAUTH2))
    assert public_url(SILENT, "https://bot.example.org", x(*OAUTH2)) == "https://bot.example.org"


def test_the_bots_own_page_is_not_asked_for_where_no_service_could_use_it(x, monkeypatch):
    """A PIN needs none; its keys are not written yet."""
    for name in ("TWITTER_CONSUMER_KEY", "TWITTER_CONSUMER_SECRET"):
        monkeypatch.setenv(name, "hunter2")
    [service] = x()
    monkeypatch.setattr(Asker, "text", None)
    assert public_url(SILENT, None, [service]) is None


def test_where_another_way_is_there_an_empty_answer_means_no_page(tmp_path, monkeypatch):
    """The question says so."""
    monkeypatch.setenv("GH_SECRET", "hunter2")
    given = ["github.client_id=x", "github.client_secret=env:GH_SECRET"]
    kinds = discover()
    services = fill(SILENT, kinds, ["github"], given).made(kinds, tmp_path)
    asked = []
    monkeypatch.setattr(Asker, "text", lambda *words, check: asked.append(words) or check("") or "")
    assert public_url(SILENT, None, services) is None
    [(_, flag, question, *_)] = asked
    assert (flag, question[-14:]) == ("--public-url", " (empty: none)")


def test_a_page_of_the_bots_own_is_written_as_it_was_answered(tmp_path):
    """Beside where it listens, for the proxy."""
    path = tmp_path / "config.yaml"
    people = {"users": ["@*:example.org"], "admins": []}
    bot = {"url": "http://localhost:8008", "user": "@actas:example.org", "state_dir": "./state"}
    url = "https://bot.example.org"
    path.write_text(Sheet(**bot, **people, database=None, public_url=url).text())
    assert load(path, KINDS).web == WebConfig(public_url=url)


def test_a_wrong_answer_is_asked_for_again_at_once(bare):
    """With what is wrong about it; later defaults follow the answer that was good."""
    (bare.home / "open").mkdir(mode=0o755)
    with Terminal.open(bare.home, bare.environment, *NEW) as terminal:
        terminal.answer("homeserver's address", "localhost")
        terminal.answer("is not an http:// or https:// address. Give its", "http://127.0.0.1:1")
        terminal.answer("Matrix id", "actas")
        terminal.answer("Give an id such as @actas:example.org.", '"@actas:good.example"')
        choose(terminal, {"jenkins": "Jenkins?"})
        terminal.answer("Jenkins' address", "ci")
        terminal.answer("is not an http:// or https:// address", "https://ci.test")
        terminal.answer("Short words", "help")
        terminal.answer("'help' is a command of the bot's own. Take another word.", "-")
        terminal.answer("database", "open")
        terminal.answer("may be read by other users of this machine", "./state")
        terminal.answer("[@*:good.example]", "alice")
        terminal.answer("Give Matrix ids or patterns", "@alice:good.example")
        terminal.answer("administer", "@*:good.example")
        terminal.answer("Give whole Matrix ids, no patterns", "@ops:good.example")
        terminal.answer_unseen("Password of @actas:good.example", PASSWORD)
        assert terminal.end() == 2
    assert "does not let the bot in" in terminal.shown
    assert left(bare) == ["open"]


def test_setup_that_is_given_up_leaves_nothing(bare):
    """Not even the directory that it had made for its file."""
    words = ("setup", "--config", "made/for/it/config.yaml")
    with Terminal.open(bare.home, bare.environment, *words) as terminal:
        terminal.answer("homeserver's address", "http://127.0.0.1:1")
        assert (bare.home / "made/for/it").stat().st_mode & 0o777 == 0o755
        terminal.answer("Matrix id", "\x04")
        assert terminal.end() == 1
    assert left(bare) == []


@pytest.mark.parametrize("words", [["--config"], ["--config", "config.yaml", "--secret-file"]])
def test_a_place_that_cannot_be_written_is_told_before_the_first_question(bare, words):
    """Here it would be in a file, of which there is no way to make a directory."""
    (bare.home / "file").touch()
    line = bare.refuse("setup", *words, "file/config")
    assert line.startswith(f"actas: {bare.home}/file: is not a directory. ")


@pytest.mark.parametrize(
    ("flag", "value"),
    [
        ("--homeserver", "localhost"),
        ("--user", "actas"),
        ("--allow", "alice"),
        ("--admin", "@*:example.org"),
        ("--database", "mysql://x"),
        ("--state-dir", "config.txt/state"),
    ],
)
def test_a_flag_with_a_wrong_value_is_told_by_its_name(bare, flag, value):
    """Before the password is needed."""
    (bare.home / "config.txt").touch()
    line = bare.refuse(*NEW, "--user=@actas:example.org", f"{flag}={value}")
    assert line.startswith(f"actas: {flag}: ")
    assert left(bare) == ["config.txt"]


def test_files_that_were_there_come_back_when_setup_fails(bare):
    """They are somebody's, whatever their names."""
    (bare.home / "twitter-consumer-key").write_text("mine")
    (bare.home / "state").mkdir(mode=0o700)
    (bare.home / "state" / "note").write_text("mine")
    bare.environment |= {"TWITTER_CONSUMER_KEY": "a", "TWITTER_CONSUMER_SECRET": "b"}
    bare.environment["ACTAS_PASSWORD"] = PASSWORD
    flags = ["--homeserver=http://127.0.0.1:1", "--user=@actas:example.org", "--service=twitter"]
    assert "does not let the bot in" in bare.refuse(*NEW, *flags)
    assert left(bare) == ["note", "state", "twitter-consumer-key"]
    assert (bare.home / "twitter-consumer-key").read_text() == "mine"


class Usual(Fake):
    """A kind that declares what people call it."""

    title = "The Fake"
    usual_aliases = ("f", "fk")


def test_usual_short_words_are_given_where_they_are_free():
    """To the first one that wants them; a service of that very name keeps its own."""
    given = [f"{name}.{key}=env:X" for name in ("one", "fk", "two") for key in ("url", "app_key")]
    form = fill(SILENT, {"fake": Usual()}, ["one=fake", "two=fake", "fk=fake"], given)
    found = {name: settings.get("aliases") for name, settings in form.services.items()}
    assert found == {"one": ["f"], "two": None, "fk": None}


def test_setup_without_a_terminal_names_the_flag_that_is_missing(shell):
    """It never waits for an answer that cannot come."""
    line = shell.refuse("setup", "--config", "new.yaml")
    assert line.startswith("actas: --user: is missing. ")
