"""What has gone on is written as a file has it, so that it can be put into one."""

from __future__ import annotations

from tests.e2e.transcript.parser import parse
from tests.e2e.transcript.record import Record

CHAT = """\
# A title

In #team:
alice: !jenkins list
actas: Jobs
    | 1. NEW `a`
    alice: and in the thread?
    actas: Jobs
        | 1. NEW `a`
(Something happens.)
actas sends log.txt: A caption
    | and what is in it

In alice's direct message:
actas: one
actas edits: two
alice reacts: 👍
"""


def test_the_record_of_a_file_is_that_file():
    record = Record()
    for line in parse(CHAT).lines:
        record.add(line, getattr(line, "text", ""))
    assert ["# A title", *record.lines] == CHAT.splitlines()
