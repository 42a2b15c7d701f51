"""Opening pull requests, as oneself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from bot.errors import UserError
from bot.plugin import Call, Effect, Question, Ready, command
from bot.prose import counted, short
from bot.reply import Inline, Mono, Reply, Strong, line, say
from bot.services.github.api import GitHubApi
from bot.services.github.beans import Pull
from bot.services.github.branches import ahead, branches_of, lacking, proposed
from bot.services.github.issue_replies import headline, quoted
from bot.services.github.names import Repository
from bot.services.github.proposals import NewPull
from bot.services.github.site import REPO, Place, Site

_NEW: Final = REPO + "/pulls"
_OPEN: Final = REPO + "/pulls{?state,head,base,per_page}"
_FEW: Final = 15  # branches to choose from
_NAME: Final = 200  # characters


async def _show_new(
    call: Call[GitHubApi], answers: Mapping[str, Any], new: NewPull
) -> Ready | Question | Reply:
    place = call.api.site.place(new.repository)
    found = await call.api.repository(place)
    place, base = Place(found.full_name), new.base or found.default_branch
    head = new.head or str(answers.get("head", ""))
    if not head:
        return await _which(call.api, place, base)
    full = replace(new, repository=Repository(place.name), head=head, base=base)
    if head == base:
        raise UserError(f"{_shown(base)} cannot be merged into itself.")
    for name in (base,) if full.of_a_fork else (base, head):
        if (refusal := await lacking(call.api, place, name)) is not None:
            return refusal
    commits = await ahead(call.api, place, base, head)
    if commits == 0:
        return say(Mono(_shown(head)), " has nothing that ", Mono(_shown(base)), " has not.")
    if (there := await _already(call.api, place, full)) is not None:
        return there
    return Ready({"new": full}, _preview(call.api.site, place, full, commits))


@command(
    "pr create",
    aliases=("pr new", "pr open"),
    effect=Effect.WRITE,
    examples=(
        "pr create head:fix-login Let people log in again",
        "pr create acme/site head:fix-login base:release-2 Let people log in again",
    ),
    prepare=_show_new,
)
async def pr_create(call: Call[GitHubApi], new: NewPull) -> Reply:
    """Open a pull request for a branch, as yourself.

    The branch stands behind ``head:``; where you leave it out, I ask. It goes into the default
    branch, or into another one behind ``base:``. Lines below the title are its text.
    """
    place = call.api.site.place(new.repository)
    made = await call.api.made(
        Pull,
        "POST",
        _NEW,
        place.variables,
        what=f"repository {place}",
        data={"title": new.title, "head": new.head, "base": new.base, "body": new.body},
    )
    link = call.api.site.issue_link(f"{place}#{made.number}", pull=True)
    ends = f", {_shown(new.head)} into {_shown(new.base)}: "
    said = line("Opened ", link, " as ", Strong(call.account), ends, headline(made))
    return Reply((said,), about=link)


async def _which(api: GitHubApi, place: Place, base: str) -> Question:
    """Ask which branch to merge; from a list where they are few.

    Raises:
        UserError: there is no other one, or each has a pull request already.
    """
    there = await branches_of(api, place)
    others = tuple(name for name in there if name != base)
    if there and not others:
        raise UserError(f"{place} has no branch but {_shown(base)}, so there is nothing to merge.")
    taken = await proposed(api, place, base) if others else ()
    if others and not (others := tuple(name for name in others if name not in taken)):
        problem = f"Every other branch of {place} has an open pull request into {_shown(base)}."
        raise UserError(problem, "`pulls` lists them.")
    few = others if len(others) <= _FEW else ()
    asked = say("Which branch shall be merged into ", Strong(_shown(base)), "?")
    return Question("head", asked, few)


async def _already(api: GitHubApi, place: Place, new: NewPull) -> Reply | None:
    """What to say where the two branches have an open pull request."""
    owner = place.variables["owner"]
    head = new.head if new.of_a_fork else f"{owner}:{new.head}"
    wanted = {"state": "open", "head": head, "base": new.base, "per_page": 1}
    what = f"repository {place}"
    for one in await api.read_all(Pull, _OPEN, {**place.variables, **wanted}, what):
        link = api.site.issue_link(f"{place}#{one.number}", pull=True)
        return Reply((line(link, " is open for that already: ", headline(one)),), about=link)
    return None


def _preview(site: Site, place: Place, new: NewPull, commits: int | None) -> Reply:
    ends: list[Inline] = [f"{_shown(new.head)} into ", Strong(_shown(new.base))]
    if commits is not None:
        path = f"compare/{new.base}...{new.head}"
        ends += [": ", site.link(place, path, counted(commits, "commit"))]
    return Reply((line(*ends, "."), *quoted(new.body)))


def _shown(branch: str) -> str:
    return short(branch, _NAME)
