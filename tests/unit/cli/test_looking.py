"""What an operator looks at: users, audit, doctor, check."""

from __future__ import annotations

import asyncio
import json
import socket
import sqlite3
from contextlib import closing

import pytest

from bot.cli.check import _service
from bot.cli.findings import Verdict
from bot.config import ServiceEntry, WebConfig
from bot.errors import ConfigError
from bot.plugin import Settings
from bot.vault.keys import new_secret


def columns(text):
    """The cells of a printed table, which are two spaces apart."""
    return [
        [cell.strip() for cell in line.split("  ") if cell.strip()] for line in text.splitlines()
    ]


def test_users_lists_services_without_the_secret(used):
    """Who, what, since when, last used; neither tokens nor account names."""
    del used.environment["ACTAS_SECRET"]
    done = used.execute("users")
    assert (done.returncode, done.stderr) == (0, "")
    header, *rows = columns(done.stdout)
    assert header == ["USER", "SERVICE", "CONNECTED", "EXPIRES", "LAST USED"]
    since = "2026-03-04 05:06:07Z"
    assert rows == [
        ["@alice:example.org", "jenkins", since, "-", since],
        ["@alice:example.org", "twitter", since, "-", "-"],
        ["@bob:example.org", "jenkins", since, "-", "-"],
    ]


def test_users_of_a_bot_that_never_ran_is_told(shell):
    """No database is made by looking."""
    assert "there is no database in" in shell.refuse("users")
    assert not shell.state.exists()


def test_audit_lists_what_ran_oldest_first(used):
    """Who, where, what, how it ended, and after how long."""
    done = used.execute("audit")
    assert done.returncode == 0
    _, *rows = columns(done.stdout)
    assert [row[1:] for row in rows] == [
        ["@alice:example.org", "!room:example.org", "help", "read", "finished", "1.5 s"],
        ["@alice:example.org", "!room:example.org", "jenkins build", "write", "finished", "1.5 s"],
        ["@bob:example.org", "!room:example.org", "jenkins build", "write", "interrupted", "-"],
    ]


def test_audit_is_narrowed_by_user_service_and_number(used):
    """The last ones that match, as JSON for other programs."""
    words = ["--user", "@alice:example.org", "--service", "jenkins", "--limit", "1", "--json"]
    [line] = used.execute("audit", *words).stdout.splitlines()
    found = json.loads(line)
    assert (found["user"], found["command"], found["state"]) == (
        "@alice:example.org",
        "build",
        "finished",
    )
    assert found["started"] == "2026-03-04T05:07:07+00:00"


def test_audit_goes_back_as_far_as_asked(used):
    """All of it is older than four weeks."""
    assert used.execute("audit", "--since", "4w", "--json").stdout == ""


def test_audit_with_nothing_to_show_says_so(shell, used):
    """A sentence for people, and still nothing for programs."""
    assert used.execute("audit", "--user", "@eve:example.org").stdout == (
        "No command that ran is like that.\n"
    )
    with closing(sqlite3.connect(shell.state / "actas.db")) as database:
        database.execute("DELETE FROM journal")
        database.commit()
    assert used.execute("audit").stdout == "No command has run yet.\n"
    assert used.execute("audit", "--json").stdout == ""


@pytest.mark.parametrize(
    ("secret", "problem"),
    [("", "is not set"), ("oops", "its first secret"), (new_secret(), "is not the secret that")],
    ids=["none", "malformed", "another"],
)
def test_check_ends_as_run_does_without_the_secret(used, secret, problem):
    """With 2, and a last line that names it; everything else was looked at all the same."""
    used.environment["ACTAS_SECRET"] = secret
    done = used.execute("check")
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith(f"actas: ACTAS_SECRET: {problem}")
    assert "FAIL  homeserver" in done.stdout


def test_doctor_finds_a_whole_database_whole(used):
    """With versions and sizes, and nobody's name: it can be put into a report."""
    done = used.execute("doctor")
    assert (done.returncode, done.stderr) == (0, "")
    assert "database                 SQLite, and whole" in done.stdout
    assert "rows of credential       3" in done.stdout
    assert "sealed values            all 11 open" in done.stdout
    assert "alice" not in done.stdout


def test_doctor_tells_what_is_installed_without_a_configuration(shell):
    """Kinds of services, also those that cannot be used; then what is wrong with the rest."""
    (shell.home / "config.yaml").unlink()
    shell.install("actas_broken", "nonsense")
    done = shell.execute("doctor")
    assert done.returncode == 2
    assert "kinds of services        aws, github, http, jenkins, twitter" in done.stdout
    assert "WARN  type broken              its package actas_broken cannot be" in done.stdout
    assert done.stderr.splitlines()[-1].endswith("does not exist. `actas setup` makes one")


def test_a_broken_package_stops_only_a_bot_that_uses_it(used):
    """Check warns of it, and run says where it is configured."""
    used.install("actas_broken", "nonsense = (")
    assert "WARN  type broken              its package actas_broken" in used.execute("check").stdout
    used.write(
        'homeserver: {url: "http://127.0.0.1:1", user: "@actas:example.org"}',
        "services: {ci: {type: broken}}",
    )
    for command in ("check", "run"):
        assert used.refuse(command) == (
            "actas: services.ci: its package actas_broken cannot be loaded: SyntaxError in "
            "actas_broken/__init__.py, line 1: '(' was never closed. "
            "Mend the package, or take the service out"
        )


def test_doctor_finds_a_row_that_was_moved(used):
    """It is counted, and the exit code is 1."""
    with sqlite3.connect(used.state / "actas.db") as database:
        database.execute(
            "UPDATE credential SET user_id = '@mallory:example.org' WHERE service = 'twitter'"
        )
    database.close()
    done = used.execute("doctor")
    assert done.returncode == 1
    assert "2 of 11 do not open" in done.stdout


def test_check_says_what_fails_and_goes_on(used):
    """The homeserver of this configuration is away; everything else is looked at all the same."""
    done = used.execute("check")
    assert done.returncode == 1
    assert "FAIL  homeserver               http://127.0.0.1:1: no connection" in done.stdout
    assert "ok    ACTAS_SECRET             opens the database" in done.stdout
    assert done.stderr.startswith("actas: ")


def test_check_before_the_first_start_makes_nothing(shell):
    """Looking leaves no trace."""
    done = shell.execute("check")
    assert "will be made by the first start" in done.stdout
    assert not shell.state.exists()


def test_check_finds_files_that_others_may_read(used):
    """With the command that mends it."""
    (used.state / "actas.db").chmod(0o644)
    done = used.execute("check")
    assert (
        f"FAIL  state_dir                {used.state}/actas.db may be read by others" in done.stdout
    )


def test_check_finds_a_wrong_secret(used):
    """As the start would."""
    used.environment["ACTAS_SECRET"] = new_secret()
    done = used.execute("check")
    assert "FAIL  ACTAS_SECRET             is not the secret that this database" in done.stdout


def test_check_says_loudly_what_is_loosened(shell):
    """Each setting that weakens a promise has a line of its own."""
    shell.write('homeserver: {url: "http://127.0.0.1:1", user: "@actas:example.org"}')
    path = shell.home / "config.yaml"
    loose = 'users: ["@*:*"], encrypted_rooms_only: false, cross_signed_devices_only: false'
    path.write_text(path.read_text().replace('users: ["@*:example.org"]', loose))
    found = shell.execute("check").stdout
    assert "WARN  encrypted_rooms_only     IS FALSE" in found
    assert "WARN  cross_signed_devices_only IS FALSE" in found
    assert "WARN  access.users             @*:* LETS IN PEOPLE OF OTHER HOMESERVERS" in found


@pytest.fixture
def listener():
    """A port of loopback on which somebody listens and never says anything."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_check_reaches_every_service(shell, listener):
    """One line for each: reached, or what stands in the way."""
    shell.write(
        'homeserver: {url: "http://127.0.0.1:1", user: "@actas:example.org"}',
        "services:",
        f"  there: {{type: jenkins, url: 'http://127.0.0.1:{listener}'}}",
        "  away: {type: jenkins, url: 'https://127.0.0.1:1'}",
    )
    found = shell.execute("check").stdout
    assert f"ok    services.there           http://127.0.0.1:{listener} is reached" in found
    assert "FAIL  services.away            https://127.0.0.1:1: Connection refused" in found


async def test_a_service_that_cannot_be_made_is_told_and_the_check_goes_on():
    """As what the bot would end with: here a library is missing."""
    missing = ConfigError("services.ci", "what it needs is not installed", "Install it")

    class Lacking:
        """A kind that needs more than is installed."""

        kind, settings = "lacking", Settings

        def create(self, *_):
            """It cannot."""
            raise missing

    entry = ServiceEntry("ci", Lacking(), (), Settings())
    [found] = [each async for each in _service(entry, WebConfig())]
    assert (found.what, found.verdict, found.error) == ("services.ci", Verdict.FAIL, missing)
    assert found.text == "what it needs is not installed. Install it"


async def test_a_server_without_tls_is_not_taken_for_one_with():
    """A certificate that is not there, or not trusted, is said as such."""
    from bot.cli.reaching import reach

    async def plain(_, writer):
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(plain, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    assert await reach(f"http://127.0.0.1:{port}") is None
    assert "TLS failed" in await reach(f"https://127.0.0.1:{port}")
    server.close()
    await server.wait_closed()
