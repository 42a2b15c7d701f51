"""How a chat log is read."""

from __future__ import annotations

import pytest

from tests.e2e.transcript.parser import Unreadable, parse
from tests.e2e.transcript.script import Edit, Happens, Message, Place, Reaction, Removal

TEAM, DM = Place("team"), Place("alice", private=True)


def lines(*text: str):
    """What is said in #team, which begins in line 2."""
    return parse("\n".join(("# A title", "In #team:", *text))).lines


def test_a_file_has_a_title_and_what_is_so_before():
    script = parse("# A title\n\nJenkins has the job x.\nIn #team:\nalice: hello\n")
    assert script.title == "A title"
    assert script.before == (Happens(3, "Jenkins has the job x"),)
    assert script.lines == (Message(5, "alice", "hello", TEAM),)


def test_a_heading_says_where():
    script = parse("# A title\nIn alice's direct message:\nactas: Hello\nIn #team:\nalice: hm")
    assert [line.place for line in script.lines] == [DM, TEAM]


def test_a_message_may_be_to_somebody():
    assert lines("actas, to alice: yes") == (Message(3, "actas", "yes", TEAM, to="alice"),)


def test_a_message_goes_on_behind_a_bar():
    (message,) = lines("actas: one", "    | two", "    |", "    |  three")
    assert message.text == "one\ntwo\n\n three"


def test_what_is_indented_is_in_the_thread_of_what_stands_above():
    said = lines("alice: a", "    bob: b", "    actas: c", "        | d", "bob: e", "    bob: f")
    assert [line.thread for line in said] == [None, 3, 3, None, 7]
    assert said[2].text == "c\nd"


def test_a_heading_may_go_back_to_a_thread():
    said = lines("alice: one", "bob: two", 'In #team, in the thread of "one":', "bob: three")
    assert said[2].thread == 3


def test_an_edit_is_of_the_last_message_of_the_same_hand_in_the_same_thread():
    *_, edit = lines("alice: a", "bob: b", "    alice: c", "alice edits: d")
    assert edit == Edit(6, "alice", "d", TEAM, of=3)


def test_an_edit_may_quote_what_it_is_of_as_it_stands_now():
    *_, edit = lines("actas: Queued", "actas edits: Running", "actas: no", 'actas edits "Run…": Ok')
    assert edit == Edit(6, "actas", "Ok", TEAM, of=3)


def test_a_reaction_is_to_the_last_message():
    *_, reaction = lines("alice: a", "actas: b", "alice reacts: 👍")
    assert reaction == Reaction(5, "alice", "👍", TEAM, of=4)


def test_a_removal_is_of_what_it_quotes():
    *_, removal = lines("alice: the secret is x", "actas: b", "actas removes: the secret…")
    assert removal == Removal(5, "actas", "the secret…", TEAM, of=3)


def test_a_file_has_a_name_a_caption_and_what_is_in_it():
    (file,) = lines("actas sends answer.txt: The log", "    | line 1")
    assert (file.file, file.text) == ("answer.txt", "The log\nline 1")


def test_what_happens_outside_stands_in_brackets():
    assert lines("alice: a", "(deploy #1 ends.)")[1] == Happens(4, "deploy #1 ends")


def test_remarks_and_empty_lines_say_nothing():
    assert len(lines("", "# about this", "alice: a", "  ", "# more")) == 1


def test_what_is_said_may_hold_colons_and_brackets():
    assert lines("actas: a: b (c), to d: e")[0].text == "a: b (c), to d: e"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("", 1),
        ("no title", 1),
        ("# A title\n", 1),
        ("# A title\nIn #team:\nalice says hello", 3),
        ("# A title\nIn #team:\n| goes on", 3),
        ("# A title\nIn #team:\n    alice: in no thread", 3),
        ("# A title\nIn #team:\nalice edits: nothing", 3),
        ('# A title\nIn #team:\nalice: a\nactas edits "b": c', 4),
        ("# A title\nIn #team:\nalice: a\nIn #ops:\nactas removes: a", 5),
    ],
)
def test_what_cannot_be_understood_is_refused_with_its_line(text: str, number: int):
    with pytest.raises(Unreadable, match=f"line {number}: "):
        parse(text)
