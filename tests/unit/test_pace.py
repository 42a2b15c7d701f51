"""How often one thing happens, and what is remembered of it."""

from bot.pace import Allowance
from bot.recent import Recent


def test_an_allowance_is_used_up_and_comes_back_bit_by_bit():
    allowance = Allowance(2, within=100)
    assert [allowance.take("key", at) for at in (0, 50, 60, 99, 100, 101)] == [
        *(True, True, False, False),
        *(True, False),
    ]


def test_one_key_does_not_use_up_anothers_allowance():
    allowance = Allowance(1, within=100)
    assert [allowance.take(key, 0) for key in ("a", "b", "a")] == [True, True, False]


def test_only_a_thousand_are_remembered_and_the_oldest_goes_first():
    recent: Recent[int, int] = Recent()
    recent[0] = 0
    for number in (*range(1, 1000), 0, 1000):
        recent[number] = number
    assert len(recent) == 1000
    assert 0 in recent
    assert 1 not in recent
