"""config.yaml: what is read from it, and what is said about mistakes."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from pydantic import BaseModel

from bot.config import environment, load, load_location
from bot.config.loading import _SECTIONS, KEYS
from bot.config.problems import is_needed
from bot.errors import ConfigError
from bot.plugin import SecretValue, Settings
from bot.secret import Secret
from bot.services import discover

SAMPLE = Path(__file__).parents[2] / "config.sample.yaml"
MINIMAL = """\
homeserver: {url: http://localhost:8008, user: "@actas:example.org"}
state_dir: ./state
access: {users: ["@*:example.org"]}
"""
CI = "services: {ci: {type: fake, url: http://x, key: k%s}}"


class FakeSettings(Settings):
    """What a service of another package may ask for."""

    url: str
    key: SecretValue
    timeout: int = 15


class Fake:
    """A kind of service that is not built in."""

    kind = "fake"
    settings = FakeSettings


KINDS = {"fake": Fake()}


@pytest.fixture(autouse=True)
def _no_systemd(monkeypatch):
    """What systemd would set is not set."""
    for name in ("STATE_DIRECTORY", "CREDENTIALS_DIRECTORY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def write(tmp_path):
    """Writes a configuration and returns its path."""

    def write(text):
        path = tmp_path / "config.yaml"
        path.write_text(text)
        return path

    return write


@pytest.fixture
def read(write):
    """Reads a configuration from its text."""
    return lambda text: load(write(text), KINDS)


@pytest.fixture
def mistake(read):
    """The error that a configuration gives."""

    def mistake(text):
        with pytest.raises(ConfigError) as caught:
            read(text)
        assert "\n" not in str(caught.value)
        assert caught.value.fix
        return caught.value

    return mistake


def test_a_minimal_configuration_has_all_defaults(read, tmp_path):
    """Three keys are enough; what guards the secrets is on."""
    config = read(MINIMAL)
    assert config.homeserver.url == "http://localhost:8008"
    assert config.homeserver.device_name == "actas"
    assert config.state_dir == tmp_path / "state"
    assert config.database is None
    assert config.database_target == tmp_path / "state" / "actas.db"
    assert (config.access.encrypted_rooms_only, config.access.cross_signed_devices_only) == (
        True,
        True,
    )
    assert (config.commands.prefix, config.commands.max_age, config.commands.per_minute) == (
        "!",
        300,
        30,
    )
    assert config.services == {}


def test_the_configuration_cannot_be_changed_afterwards(read):
    """What was checked stays as it was."""
    config = read(MINIMAL)
    with pytest.raises(ValueError, match="frozen"):
        config.access.encrypted_rooms_only = False


def test_services_are_read_by_their_kind(read):
    """Each entry has its name, kind, aliases and settings."""
    config = read(MINIMAL + CI % ", aliases: [c, build-server], timeout: 5")
    entry = config.services["ci"]
    assert (entry.name, entry.kind, entry.aliases) == ("ci", KINDS["fake"], ("c", "build-server"))
    assert (entry.settings.key, entry.settings.timeout) == (Secret("k"), 5)
    assert list(config.services) == ["ci"]


def test_a_secret_of_the_configuration_does_not_show(read):
    """Neither a service's nor the database's."""
    config = read(
        MINIMAL
        + "services: {ci: {type: fake, url: x, key: hunter2}}\n"
        + "database: postgresql://bot:hunter2@host/actas\n"
    )
    assert "hunter2" not in repr(config)
    assert config.database.reveal() == "postgresql://bot:hunter2@host/actas"


@pytest.mark.parametrize(
    ("text", "key", "problem", "fix"),
    [
        (MINIMAL.replace("user:", "usr:"), "homeserver.usr", "not a key", "Did you mean user?"),
        (MINIMAL + "comands: {}\n", "comands", "not a key", "Did you mean commands?"),
        (MINIMAL + "xyzzy: {}\n", "xyzzy", "not a key", "Known here: access, commands"),
        (MINIMAL.replace('"@actas:example.org"', "actas"), "homeserver.user", "form", "in quotes"),
        (MINIMAL.replace('["@*:example.org"]', '"@a:b"'), "access.users", "must be a list", "List"),
        (MINIMAL.replace('"@*:example.org"', "'@a:b', bob"), "access.users[1]", "form", "List"),
        (MINIMAL.replace('"@*:example.org"', "5"), "access.users[0]", "must be a text", "List"),
        (MINIMAL.replace("users:", "admins:"), "access.users", "is missing", "List Matrix ids"),
        (MINIMAL.replace("http:", "ftp:"), "homeserver.url", "http://", "https://matrix"),
        (MINIMAL.replace("8008", "99999"), "homeserver.url", "out of range", "https://matrix"),
        (MINIMAL.replace("//", "//u:hunter2@"), "homeserver.url", "without user", "https://matrix"),
        (MINIMAL.replace(":8008", "/path"), "homeserver.url", "path", "https://matrix"),
        (MINIMAL + "commands: {max_age: soon}", "commands.max_age", "whole number", "seconds"),
        (MINIMAL + "commands: {max_age: 0}", "commands.max_age", "less than 1", "seconds"),
        (MINIMAL + "commands: {max_age: 90000}", "commands.max_age", "than 86400", "seconds"),
        (MINIMAL + "commands: {max_age: true}", "commands.max_age", "whole number", "seconds"),
        (MINIMAL + "commands: {prefix: ''}", "commands.prefix", "form", "without spaces"),
        (MINIMAL + "commands: {prefix: /}", "commands.prefix", "Matrix clients", "without spaces"),
        (MINIMAL + "commands: [a]", "commands", "section", "config.sample.yaml"),
        (MINIMAL + "commands: {confirm: [1]}", "commands.confirm[0]", "must be a text", "List"),
        (MINIMAL + "web: {listen: '8095'}", "web.listen", "HOST:PORT", "127.0.0.1:8095"),
        (MINIMAL + "web: {listen: 8095}", "web.listen", "must be a text", "127.0.0.1:8095"),
        (
            MINIMAL + "web: {listen: null, public_url: 'https://actas.example.org'}",
            "web.public_url",
            "needs web.listen, which is null",
            "or null",
        ),
        (MINIMAL + "web: {metrics: 'yes'}", "web.metrics", "true or false", "true or false"),
        (MINIMAL + "log: {level: loud}", "log.level", "debug, info", "debug, info"),
        (MINIMAL + "database: sqlite:///x", "database", "not a postgresql:// address", "null"),
        (MINIMAL + "database: {a: b}", "database", "not a postgresql:// address", "null"),
        (MINIMAL.replace("./state", "[]"), "state_dir", "must be a path", "./state"),
        (MINIMAL.replace("state_dir: ./state", ""), "state_dir", "is missing", "./state"),
        (MINIMAL + "services: {ci: {url: x}}", "services.ci.type", "is missing", "fake"),
        (MINIMAL + "services: {ci: {type: fak}}", "services.ci.type", "type of", "mean fake"),
        (MINIMAL + "services: {ci: {type: gitlab}}", "services.ci.type", "type", "here: fake"),
        (MINIMAL + CI % ", timout: 5", "services.ci.timout", "not a key", "Did you mean timeout?"),
        (MINIMAL + CI % ", alias: [c]", "services.ci.alias", "not a key", "Did you mean aliases?"),
        (MINIMAL + CI % ", timeout: x", "services.ci.timeout", "integer", "config.sample.yaml"),
        (MINIMAL + CI % ", aliases: c", "services.ci.aliases", "list of words", "[j]"),
        (MINIMAL + CI % ", aliases: [ci]", "services.ci.aliases[0]", "already means", "another"),
        (MINIMAL + CI % ", aliases: [c, c]", "services.ci.aliases[1]", "already means", "another"),
        (MINIMAL + CI % ", aliases: [help]", "services.ci.aliases[0]", "bot's own", "another"),
        (MINIMAL + CI % ", aliases: ['a b']", "services.ci.aliases[0]", "cannot be typed", "word"),
        (MINIMAL + CI % ", aliases: [CI]", "services.ci.aliases[0]", "cannot be typed", "word"),
        (MINIMAL + "services: {no: {type: fake}}", "services", "key False", "quotes"),
        (MINIMAL + "services: {ci: 5}", "services.ci", "section", "config.sample.yaml"),
        ("- a list\n", "config.yaml", "section", "config.sample.yaml"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_by_key_problem_and_fix(mistake, text, key, problem, fix):
    """One line: the key's path in the file, what is wrong with it, how to mend it."""
    error = mistake(text)
    assert error.key.endswith(key)
    assert problem in error.problem
    assert fix in error.fix


@pytest.mark.parametrize(
    "word", ["help", "connect", "whoami", "forget", "yes", "cancel", "approve"]
)
def test_a_service_cannot_be_named_like_a_word_of_the_bots(mistake, word):
    """Such a service could not be talked to."""
    error = mistake(MINIMAL + f"services: {{'{word}': {{type: fake, url: x, key: k}}}}")
    assert error.key == f"services.{word}"


def test_two_services_cannot_share_an_alias(mistake):
    """The error names the one that has it."""
    settings = "{type: fake, url: x, key: k, aliases: [j]}"
    error = mistake(MINIMAL + f"services:\n  a: {settings}\n  b: {settings}\n")
    assert error.key == "services.b.aliases[0]"
    assert "services.a.aliases[0]" in error.problem


@pytest.mark.parametrize(
    ("text", "where", "problem", "fix"),
    [
        ("homeserver: {user: @actas:example.org}\n", "line 1, column 20", "'@'", "need quotes"),
        ("a:\n  b: 1\n c: 2\n", "line 3, column 2", "", "Mend it"),
        (MINIMAL + "access: {}\n", "line 4, column 1", "'access' stands here twice", "Keep one"),
        ("log: {level: a, level: b}", "line 1, column 17", "'level' stands here twice", "Keep one"),
        ("a: \x00", "config.yaml", "characters", "Mend it"),
        ("answer: {{ login }}\n", "line 1, column 10", "unhashable", "{ or [ into quotes"),
        ("answer: {{ login }} is\n", "line 1, column 21", "", "{ or [, as Matrix ids do, need"),
    ],
)  # fmt: skip
def test_what_is_not_yaml_is_told_by_its_line(mistake, text, where, problem, fix):
    """File, line and column, and the usual reason: quotes that are missing."""
    error = mistake(text)
    assert error.key.endswith(where)
    assert problem in error.problem
    assert fix in error.fix


def test_a_file_that_is_missing_or_unreadable_is_told_by_its_path(tmp_path):
    """And the command that makes one is named."""
    with pytest.raises(ConfigError, match=r"config\.yaml: does not exist\. `actas setup`"):
        load(tmp_path / "config.yaml", KINDS)
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="cannot be read"):
        load(tmp_path / "binary", KINDS)
    with pytest.raises(ConfigError, match="cannot be read"):
        load(tmp_path, KINDS)


def test_values_are_read_from_the_environment_and_from_files(read, tmp_path, monkeypatch):
    """env: and file: stand for texts anywhere, also in lists; paths are the configuration's."""
    monkeypatch.setenv("CI_KEY", "from the environment\n")
    (tmp_path / "user").write_text("@carol:example.org\n")
    config = read(
        MINIMAL.replace('"@*:example.org"', "file:user")
        + "services: {ci: {type: fake, url: x, key: env:CI_KEY}}"
    )
    assert config.access.users == ("@carol:example.org",)
    assert config.services["ci"].settings.key == Secret("from the environment")


@pytest.mark.parametrize("reference", ["env:NOT_SET", "env:", "env:a/b", "file:missing"])
def test_a_reference_to_nothing_is_told_by_its_key(mistake, reference):
    """It is not taken for the value itself."""
    error = mistake(MINIMAL + f"services: {{ci: {{type: fake, url: x, key: '{reference}'}}}}")
    assert error.key == "services.ci.key"


def test_all_variables_that_are_not_set_are_told_together(mistake):
    """Each with its key, so that one start is enough to learn them."""
    services = "services: {ci: {type: fake, url: 'env:NO_URL', key: 'env:NO_KEY'}}"
    error = mistake(MINIMAL.replace('"@*:example.org"', "env:NO_USER") + services)
    assert str(error) == (
        "access.users[0]: the environment variable 'NO_USER' is not set, nor is 'NO_URL' "
        "(services.ci.url), nor is 'NO_KEY' (services.ci.key). "
        "Set them, or give the values as file:PATH"
    )


def test_an_error_may_bring_its_own_remedy(write):
    """Where that of the field would not mend it."""
    text = "services: {gh: {type: github, client_secret: hunter2}}"
    with pytest.raises(ConfigError) as caught:
        load(write(MINIMAL + text), discover())
    assert str(caught.value) == (
        "services.gh.client_secret: has no client_id beside it. "
        "Give client_id as well, or leave this out"
    )


def test_a_value_that_is_wrong_is_not_repeated(mistake, monkeypatch):
    """It may be a secret that stands in the wrong place."""
    monkeypatch.setenv("CI_KEY", "hunter2")
    for text in (
        MINIMAL + "log: {level: env:CI_KEY}",
        MINIMAL + "database: env:CI_KEY",
        MINIMAL.replace('"@actas:example.org"', "env:CI_KEY"),
    ):
        assert "hunter2" not in str(mistake(text))


def test_a_variable_is_read_before_a_credential_file(tmp_path, monkeypatch):
    """$CREDENTIALS_DIRECTORY stands in where the variable is not set."""
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    monkeypatch.delenv("ACTAS_SECRET", raising=False)
    assert environment("ACTAS_SECRET") is None
    (tmp_path / "ACTAS_SECRET").write_text("from the file\n")
    assert environment("ACTAS_SECRET") == Secret("from the file")
    monkeypatch.setenv("ACTAS_SECRET", " ")
    assert environment("ACTAS_SECRET") == Secret("from the file")
    monkeypatch.setenv("ACTAS_SECRET", "from the variable")
    assert environment("ACTAS_SECRET") == Secret("from the variable")


def test_a_variable_may_name_a_file(tmp_path, monkeypatch):
    """ACTAS_SECRET=file:PATH keeps the secret out of the shell."""
    (tmp_path / "secret").write_text("from the file\n")
    monkeypatch.setenv("ACTAS_SECRET", f"file:{tmp_path}/secret")
    assert environment("ACTAS_SECRET") == Secret("from the file")
    monkeypatch.setenv("ACTAS_SECRET", f"file:{tmp_path}/missing")
    with pytest.raises(ConfigError, match=r"^ACTAS_SECRET: .*cannot be read"):
        environment("ACTAS_SECRET")


def test_the_state_directory_is_systemds_where_none_is_given(read, monkeypatch):
    """$STATE_DIRECTORY, the first where it holds several; a key in the file comes first."""
    without = MINIMAL.replace("state_dir: ./state\n", "")
    monkeypatch.setenv("STATE_DIRECTORY", "/var/lib/actas:/var/lib/other")
    assert read(without).state_dir == Path("/var/lib/actas")
    assert read(MINIMAL).state_dir.name == "state"
    assert read(without + "state_dir: /srv/a/../b\n").state_dir == Path("/srv/b")


def test_the_location_needs_no_other_sections_secrets(write):
    """`actas users` works in a shell that has none of the services' variables."""
    path = write(MINIMAL + "services: {ci: {type: fake, url: x, key: env:NOT_SET}}")
    location = load_location(path)
    assert location.user == "@actas:example.org"
    assert location.target == path.parent / "state" / "actas.db"


def test_the_sample_loads(monkeypatch):
    """With the two variables that it names."""
    monkeypatch.setenv("TWITTER_CONSUMER_KEY", "key")
    monkeypatch.setenv("TWITTER_CONSUMER_SECRET", "secret")
    config = load(SAMPLE, discover())
    assert {entry.kind.kind for entry in config.services.values()} == set(discover())


def documented(model: type[BaseModel], section: dict, also: set[str] = frozenset()) -> None:
    """The section has exactly the model's keys, with their defaults where there are any."""
    assert set(section) == set(model.model_fields) | also
    for name, field in model.model_fields.items():
        if not is_needed(model, section, name):
            default = field.get_default(call_default_factory=True)
            assert section[name] == (list(default) if isinstance(default, tuple) else default), name


def test_the_sample_documents_every_key_with_its_default():
    """And no key that does not exist."""
    sample = yaml.safe_load(SAMPLE.read_text())
    assert set(sample) == set(KEYS)
    for name, model in _SECTIONS.items():
        documented(model, sample[name])


def test_the_sample_documents_every_service_that_comes_with_actas():
    """With all its settings and their defaults."""
    sample = yaml.safe_load(SAMPLE.read_text())["services"]
    kinds = discover()
    assert {entry["type"] for entry in sample.values()} == set(kinds)
    for entry in sample.values():
        documented(kinds[entry["type"]].settings, entry, {"type", "aliases", "per_minute"})


def test_every_key_says_how_to_mend_it():
    """What an error offers is written beside the key."""
    for model in _SECTIONS.values():
        for name, field in model.model_fields.items():
            assert field.description, f"{model.__name__}.{name}"
