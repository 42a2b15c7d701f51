"""What Jenkins says of its queue."""

from __future__ import annotations

from typing import Final

from bot.services.jenkins.beans import Action, Bean, Many, Moment, Text
from bot.services.jenkins.places import Place, place_of

_TASK: Final = "task[name,url]"
QUEUE: Final = f"items[id,why,inQueueSince,stuck,{_TASK},actions[causes[shortDescription]]]"
ITEM: Final = f"why,inQueueSince,cancelled,executable[number],{_TASK}"


class Task(Bean):
    """What is to be built: a job; or a step of a pipeline, which may have no name."""

    name: Text = ""
    url: Text = ""

    @property
    def place(self) -> Place | None:
        """The job, if it is one."""
        return place_of(self.url)


class Waiting(Bean):
    """Something in the queue, since ``in_queue_since`` (ms); ``why`` is in Jenkins' words."""

    id: int
    why: Text = ""
    in_queue_since: Moment = 0
    stuck: bool = False
    task: Task | None = None
    actions: Many[Action | None] = ()


class Queue(Bean):
    """All that waits and that the person may see; what will be built first stands last."""

    items: Many[Waiting]


class Executable(Bean):
    """The build that a queue item became."""

    number: int


class QueueItem(Bean):
    """A build that was asked for, also after it has left; as :class:`Waiting` while it waits."""

    why: Text = ""
    in_queue_since: Moment = 0
    cancelled: bool = False
    executable: Executable | None = None
    task: Task | None = None
