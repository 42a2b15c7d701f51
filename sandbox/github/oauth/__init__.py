"""How apps get tokens of people: by a page, or by a code that is typed in."""
