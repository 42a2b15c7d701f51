"""What people see: a timeline in a real browser, of the HTML that clients show and no other.

::

    subset      what the specification lets a client show; anything else is a failure
    timeline    messages as a page in the manner of Element's, in our own style
    camera      the page in Chromium: its pictures, and what sticks out of it
"""
