"""The log: what an operator reads, and what nobody may."""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import subprocess
import sys
import threading
import warnings

import pytest
import requests
import structlog

from bot.errors import Invalid
from bot.log.setup import QUIET
from bot.secret import Secret

TOKEN = "11f0e1d2c3b4a5968778695a4b3c2d1e0f"


def logger():
    return structlog.get_logger()


def test_an_event_is_one_line_with_its_fields(log):
    """Time, level, event and fields, in this order."""
    stream = log()
    logger().info("command.finished", service="jenkins", ms=412)
    line = stream.getvalue()
    assert line.endswith("Z info    command.finished service=jenkins ms=412\n")
    assert line.count("\n") == 1


def test_json_is_one_object_per_line(log):
    """Machines read the same fields."""
    stream = log(form="json")
    logger().warning("sync.failed", retry_in=1.5, room="!ünï")
    found = json.loads(stream.getvalue())
    assert found.pop("timestamp").endswith("Z")
    assert found == {"level": "warning", "event": "sync.failed", "retry_in": 1.5, "room": "!ünï"}


def test_levels_below_the_configured_one_are_dropped(log):
    """At level warning, info is not written."""
    stream = log(level="warning")
    logger().info("quiet")
    assert stream.getvalue() == ""


@pytest.mark.parametrize("text", ["a\nb", "a b=c", 'x" level=error', "\x1b[31mred", "a\u2028b", ""])
def test_a_value_cannot_pass_for_another_field_or_line(log, text):
    """What a stranger wrote is quoted; control characters do not reach the terminal."""
    stream = log()
    logger().info("message", sender=text, last="1")
    line = stream.getvalue().removesuffix("\n")
    assert line.isprintable()
    head, quoted = line.removesuffix(" last=1").split(" sender=", 1)
    assert head.endswith("message")
    assert json.loads(quoted) == text


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize(
    "fields",
    [
        {"value": Secret(TOKEN)},
        {"value": [{"deep": (Secret(TOKEN),)}]},
        {"access_token": TOKEN},
        {"value": {"Authorization": f"Bearer {TOKEN}"}},
        {"value": f"Authorization: Bearer {TOKEN}"},
        {"value": f"https://alice:{TOKEN}@ci.example.org/"},
        {"value": f"GET https://ci.example.org/job/x/buildWithParameters?key={TOKEN}"},
        {"value": f"/_matrix/client/v3/sync?access_token={TOKEN}&since=1"},
        {"value": f"oauth_token_secret={TOKEN}"},
        {"value": TOKEN.encode()},
        {"error": requests.HTTPError(f"401 for url: https://x/y?token={TOKEN}")},
    ],
    ids=str,
)
def test_secrets_are_masked_wherever_they_stand(log, form, fields):
    """By type, by the name of their field, and by shape."""
    stream = log(form=form)
    logger().info("message", **fields)
    assert "message" in stream.getvalue()
    assert TOKEN not in stream.getvalue()


def fail(secret):
    local = f"a local variable with {secret.reveal()}"
    raise requests.HTTPError(f"401 for url: https://ci.example.org/{local}")


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_traceback_shows_places_and_kinds_only(log, form):
    """Neither local variables nor the text of a library's error; the chain of causes is there."""
    stream = log(form=form)
    try:
        try:
            fail(Secret(TOKEN))
        except requests.HTTPError as error:
            raise KeyError(TOKEN) from error
    except KeyError:
        logger().exception("bug", id="4711")
    text = stream.getvalue()
    assert TOKEN not in text
    assert "test_log.py" in text
    assert "in fail" in text
    assert "requests.exceptions.HTTPError" in text
    assert "KeyError" in text


def test_what_speaks_of_code_only_is_shown(log):
    """A bug's text and the text of our own errors help to find it."""
    stream = log()
    for error in (
        TypeError("can only concatenate str"),
        Invalid("no such branch"),
        OSError(2, "No such file", "/secret"),
    ):
        logger().error("bug", exc_info=error)
    text = stream.getvalue()
    assert "TypeError: can only concatenate str" in text
    assert "bot.errors.Invalid: no such branch" in text
    assert "FileNotFoundError: No such file\n" in text


def test_all_members_of_a_group_are_shown(log):
    """A task group's failure names each of them, without their texts."""
    stream = log()
    logger().error("bug", exc_info=ExceptionGroup("many", [ValueError(TOKEN), KeyError(TOKEN)]))
    text = stream.getvalue()
    assert "ExceptionGroup" in text
    assert "1. ValueError" in text
    assert "2. KeyError" in text
    assert TOKEN not in text


@pytest.mark.parametrize("name", QUIET)
def test_talkative_libraries_stay_silent_at_debug(log, name):
    """They write tokens at DEBUG; that is never turned on."""
    stream = log(level="debug")
    child = logging.getLogger(f"{name}.child")
    child.debug("token %s", TOKEN)
    child.info("token %s", TOKEN)
    assert stream.getvalue() == ""


def test_a_librarys_warning_is_told_without_its_arguments(log):
    """What they stand for may be a URL with a token in it."""
    stream = log()
    logging.getLogger("urllib3").warning("Retrying after %r: %s", 1, f"/x?token={TOKEN}")
    text = stream.getvalue()
    assert 'warning library logger=urllib3 text="Retrying after %r: %s"' in text
    assert TOKEN not in text


async def test_a_forgotten_tasks_error_is_told_without_its_text(log):
    """asyncio would show the error with its text, twice."""
    stream = log()

    async def work():
        raise requests.HTTPError(TOKEN)

    task = asyncio.create_task(work())
    await asyncio.wait([task])
    del task
    gc.collect()
    text = stream.getvalue()
    assert "never retrieved" in text
    assert "in work" in text
    assert TOKEN not in text


def test_an_uncaught_error_of_a_thread_is_told_without_its_text(log):
    """Threads are where the synchronous libraries run."""
    stream = log()
    thread = threading.Thread(target=fail, args=(Secret(TOKEN),), name="jenkins")
    thread.start()
    thread.join()
    assert "critical uncaught thread=jenkins" in stream.getvalue()
    assert "in fail" in stream.getvalue()
    assert TOKEN not in stream.getvalue()


def test_warnings_go_to_the_log(log):
    """A library's warning does not write to standard error by itself."""
    stream = log()
    warnings.showwarning(f"old {TOKEN}", UserWarning, "library.py", 7)
    assert "warning library kind=UserWarning where=library.py:7" in stream.getvalue()
    assert TOKEN not in stream.getvalue()


def test_an_uncaught_error_of_the_program_is_told_without_its_text():
    """Also what Python itself would print at the end."""
    program = f"from bot.log import set_up\nset_up()\nraise ValueError('{TOKEN}')".replace(
        f"'{TOKEN}'", f"'{TOKEN[:5]}' + '{TOKEN[5:]}'"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "critical uncaught" in done.stderr
    assert "ValueError" in done.stderr
    assert TOKEN not in done.stderr


def test_logging_does_not_load_what_only_draws():
    """rich and Twisted are not imported for the log, and can be imported afterwards."""
    program = (
        "import sys, bot.log\n"
        "loaded = {'rich', 'twisted'} & set(sys.modules)\n"
        "import rich\n"
        "print(loaded, rich.__name__)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["set()", "rich"]
