"""Starting, stopping and rebooting instances."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from bot.errors import NotFound
from bot.plugin import Call, Effect, Question, Ready, Step, command
from bot.reply import Follow, Mono, Reply, line, say
from bot.secret import Secret
from bot.services.aws.api import AwsApi
from bot.services.aws.instances import Machine, again, one
from bot.services.aws.looking import which
from bot.services.aws.places import Instance

_LOOKS: Final = 60  # of five seconds each; then it is left alone
_WAIT: Final = 5.0

Answers = Mapping[str, str | Secret]
Look = Callable[..., Awaitable[Ready | Question | Reply]]


def _prepared(verb: str) -> Look:
    """Look which instance is meant, so that a "yes" is for that one and no other."""

    async def prepare(
        call: Call[AwsApi],
        answers: Answers,  # noqa: ARG001 - it asks nothing but for a yes
        *,
        instance: Instance,
    ) -> Ready | Question | Reply:
        found = await one(call.api, instance)
        if not isinstance(found, Machine):
            return which(found)
        named = {found.name, f"{found.region}:{found.name}", found.id} if found.name else {found.id}
        return Ready(
            {"instance": found.ref},
            preview=_preview(found, call.account),
            also=tuple(f"ec2 {verb} {name}" for name in sorted(named)),
        )

    return prepare


async def settle(call: Call[AwsApi], state: Mapping[str, Any]) -> Step:
    """Look whether it has got where it was sent."""
    region, instance, wanted = state["region"], state["id"], state["wanted"]
    about = Instance(instance, region, state["label"])
    try:
        found = await again(call.api, region, instance)
    except NotFound:
        return Step(say(*_called(about), " is gone."), None)
    if found.state == wanted:
        return Step(say(*_called(about), f" is {wanted}."), None)
    left = state["looks"] - 1
    if found.state == "terminated" or left <= 0:
        return Step(say(*_called(about), f" is {found.state}, and not {wanted}."), None)
    return Step(say(*_called(about), f" is {found.state}."), {**state, "looks": left}, wait=_WAIT)


@command(
    "ec2 start",
    effect=Effect.WRITE,
    examples=("ec2 start web-1", "ec2 start eu-west-1:web-1"),
    prepare=_prepared("start"),
    follow=settle,
)
async def start(call: Call[AwsApi], instance: Instance) -> Reply:
    """Start an instance that is stopped."""
    return await _switch(call, instance, "ec2:StartInstances", "StartingInstances", "running")


@command(
    "ec2 stop",
    effect=Effect.DANGER,
    examples=("ec2 stop web-1", "ec2 stop 2"),
    prepare=_prepared("stop"),
    follow=settle,
)
async def stop(call: Call[AwsApi], instance: Instance) -> Reply:
    """Stop an instance that runs."""
    return await _switch(call, instance, "ec2:StopInstances", "StoppingInstances", "stopped")


@command(
    "ec2 reboot",
    effect=Effect.DANGER,
    examples=("ec2 reboot web-1",),
    prepare=_prepared("reboot"),
)
async def reboot(call: Call[AwsApi], instance: Instance) -> Reply:
    """Reboot an instance that runs."""
    found = await _target(call.api, instance)
    if isinstance(found, Reply):
        return found
    what = f"instance '{found.name}'"
    await call.api.change("ec2:RebootInstances", found.region, what, InstanceIds=[found.name])
    return say(*_called(found), f" reboots, as {call.account} asked.")


async def _switch(
    call: Call[AwsApi], instance: Instance, action: str, key: str, wanted: str
) -> Reply:
    found = await _target(call.api, instance)
    if isinstance(found, Reply):
        return found
    what = f"instance '{found.name}'"
    answer = await call.api.change(action, found.region, what, InstanceIds=[found.name])
    change: dict[str, Any] = next(iter(answer.get(key, ())), {})
    before, after = (change.get(k, {}).get("Name", "") for k in ("PreviousState", "CurrentState"))
    if before == wanted:
        return say(*_called(found), f" was {wanted} already.")
    state = {
        "region": found.region,
        "id": found.name,
        "label": found.label,
        "wanted": wanted,
        "looks": _LOOKS,
    }
    told = (*_called(found), f" was {before or 'unknown'} and is {after or wanted}.")
    return Reply((line(*told),), follow=Follow(found.label or found.name, state))


async def _target(api: AwsApi, instance: Instance) -> Instance | Reply:
    """The instance by its id, which it is where the command was prepared."""
    if instance.id and instance.region:
        await api.site.allowed(instance.region)
        return instance
    found = await one(api, instance)
    return found.ref if isinstance(found, Machine) else which(found)


def _preview(found: Machine, account: str) -> Reply:
    name = (" (", Mono(found.label), ")") if found.name else ()
    return say(
        *(Mono(found.id), *name, f", {found.kind} in {found.region}, is {found.state}. "),
        *(f"Account: {account}." if account else "",),
    )


def _called(instance: Instance) -> tuple[Mono | str, ...]:
    named = (Mono(instance.label), f" ({instance.name})") if instance.label else ()
    return (*(named or (Mono(instance.name),)), f" in {instance.region}")
