"""Chat logs that are replayed: what they mean (``tests/transcripts/README.md``), and how.

::

    parser ─ script ─ replay ─ stage, directions   who is where; what happens beside the chat
                        └ ears ─ likeness          what the bot has said; whether it is like it
"""
