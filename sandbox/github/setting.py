"""How a test, or the demo, furnishes a GitHub."""

from __future__ import annotations

from collections.abc import Iterable

from sandbox.github.dispatch import begin
from sandbox.github.issue import Issue, Pull, Review
from sandbox.github.notifications import tell
from sandbox.github.people import People
from sandbox.github.repo import Repo
from sandbox.github.rest.issues import new_issue
from sandbox.github.run import Run
from sandbox.github.thread import Thread
from sandbox.github.workflow import Job, Workflow


class Setting(People):
    """Adds repositories, and what is in them."""

    def add_repo(
        self, full_name: str, *, private: bool = False, description: str = "", **roles: str
    ) -> Repo:
        """Add ``owner/name``; ``roles`` of its collaborators, by login: ``bob="write"``."""
        owner, _, name = full_name.partition("/")
        user = self._user(owner)
        repo = Repo(self._world.new_id(), user, name, private, description, roles=dict(roles))
        repo.push(repo.default_branch)
        repo.created = self._world.now()
        self._world.repos[full_name.casefold()] = repo
        return repo

    def rename_repo(self, full_name: str, name: str) -> Repo:
        """Give a repository another name; the old one leads to it."""
        repo = self.repo(full_name)
        self._world.moved[full_name.casefold()] = self._world.repos.pop(full_name.casefold())
        repo.name = name
        self._world.repos[repo.full_name.casefold()] = repo
        return repo

    def delete_issue(self, full_name: str, number: int) -> None:
        """Let an admin delete an issue for good."""
        repo = self.repo(full_name)
        repo.issues.remove(self.issue(full_name, number))
        repo.deleted.add(number)

    def add_issue(
        self, full_name: str, login: str, title: str, body: str = "", labels: Iterable[str] = ()
    ) -> Issue:
        """Let somebody open an issue by other means."""
        repo = self.repo(full_name)
        issue = new_issue(self._world, repo, self._user(login), title, body or None)
        issue.labels = list(labels)
        return issue

    def add_pull(
        self, full_name: str, login: str, title: str, head: str = "feature", body: str = ""
    ) -> Issue:
        """Let somebody open a pull request by other means."""
        repo = self.repo(full_name)
        issue = new_issue(self._world, repo, self._user(login), title, body or None)
        sha = repo.branches.get(head) or repo.push(head)
        issue.pull = Pull(head, repo.default_branch, sha)
        return issue

    def push(self, full_name: str, branch: str) -> str:
        """Add a commit to a branch, and so to its pull requests; returns its name."""
        repo = self.repo(full_name)
        sha = repo.push(branch)
        for issue in repo.issues:
            if issue.pull and issue.pull.head == branch and issue.state == "open":
                issue.pull.sha = sha
        return sha

    def add_review(self, full_name: str, number: int, login: str, state: str) -> Review:
        """Let somebody review a pull request: APPROVED, CHANGES_REQUESTED or COMMENTED."""
        pull, user, now = self.issue(full_name, number).pull, self._user(login), self._world.now()
        if pull is None:
            raise LookupError(f"{number} is no pull request")
        review = Review(self._world.new_id(), user, state, "", pull.sha, now)
        pull.reviews.append(review)
        if user in pull.reviewers:
            pull.reviewers.remove(user)
        return review

    def add_workflow(
        self, full_name: str, file: str, text: str, jobs: Iterable[Job] = (), queued: float = 0.0
    ) -> Workflow:
        """Add a workflow's file. Its jobs are the file's, each of a moment, unless given.

        ``queued``: how many seconds its runs wait before they begin.
        """
        new_id, now = self._world.new_id(), self._world.now()
        workflow = Workflow(new_id, file, text, now, tuple(jobs), queued)
        self.repo(full_name).workflows.append(workflow)
        return workflow

    def add_run(
        self, full_name: str, file: str, login: str, branch: str = "main", event: str = "push"
    ) -> Run:
        """Let somebody begin a run by other means."""
        repo = self.repo(full_name)
        workflow = next(found for found in repo.workflows if found.file == file)
        user, title = self._user(login), "Change something"
        return begin(self._world, repo, workflow, user, branch=branch, event=event, title=title)

    def let(self, run: Run) -> None:
        """End the jobs of a run that take until they are let."""
        run.last.let = self._world.now()

    def runs(self, full_name: str) -> list[Run]:
        """The runs of a repository, oldest first."""
        return self.repo(full_name).runs

    def notify(self, login: str, full_name: str, number: int, reason: str = "mention") -> Thread:
        """Let somebody be told of an issue."""
        repo, issue = self.repo(full_name), self.issue(full_name, number)
        thread = tell(self._world, self._user(login), repo, issue, reason=reason)
        if thread is None:
            raise LookupError(f"{login} does not see {full_name}")
        return thread

    def issue(self, full_name: str, number: int) -> Issue:
        """The issue, or pull request, of this number."""
        issue = self.repo(full_name).issue(number)
        if issue is None:
            raise LookupError(f"there is no {full_name}#{number}")
        return issue

    def list_runs_after(self, seconds: float) -> None:
        """Let new runs be in the lists only after a while, as on GitHub."""
        self._world.listed_after = seconds

    def forget_dispatch_details(self) -> None:
        """Be a GitHub that cannot say what run a dispatch has become, as older servers are."""
        self._world.dispatch_details = False

    def repo(self, full_name: str) -> Repo:
        """The repository of this name."""
        repo = self._world.repo(full_name)
        if repo is None:
            raise LookupError(f"there is no {full_name}")
        return repo
