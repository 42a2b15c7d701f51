"""Attacks, one or more for each row N1 … N22 of ``docs/security.md``.

A test with the mark ``attack("N…")`` makes one attack on two victims: first on a bare matrix-nio
bot, which it asserts to fall, so that the attack is known to be real; then on ours, which it
asserts to be unharmed and to answer the next honest command. So the tests that pass are the attacks
that were tried and hold, and not one of them holds for the bare bot.
"""
