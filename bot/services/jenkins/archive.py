"""What a build has archived, and which of it somebody means."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from mimetypes import MimeTypes
from shlex import quote
from typing import Final, Self
from urllib.parse import unquote

from bot.errors import Invalid, UserError
from bot.services.jenkins.beans import Bean, Many
from bot.services.jenkins.names import JobPath
from bot.services.jenkins.numbers import BuildNumber
from bot.services.jenkins.words import scan

MOST: Final = 20 * 1024**2  # bytes of one that is sent
ARTIFACTS: Final = "number,building,artifacts[relativePath]"

_SHOWN: Final = 5  # names that are told where several fit
_PLAIN: Final = "application/octet-stream"
_MORE: Final = {
    ".log": "text/plain",
    ".md": "text/markdown",
    ".yaml": "application/yaml",
    ".yml": "application/yaml",
    ".jar": "application/java-archive",
}
_PACKED: Final = {"gzip": "application/gzip", "bzip2": "application/x-bzip2"}


class Artifact(Bean):
    """A file; ``relative_path`` is where it stood below the workspace."""

    relative_path: str

    @property
    def name(self) -> str:
        """Without its folders."""
        return self.relative_path.rpartition("/")[2]

    @property
    def path(self) -> str:
        """``relative_path``, if it leads nowhere else.

        Raises:
            Invalid: it has a part that is empty, ``.`` or ``..``, or a character no name has.
        """
        for part in self.relative_path.split("/"):
            climbs = part.strip() in ("", ".", "..") or unquote(part) in (".", "..")
            if climbs or any(unicodedata.category(char) in ("Cc", "Cs") for char in part):
                raise Invalid("the name of that artifact leads out of its build")
        return self.relative_path

    @property
    def mimetype(self) -> str:
        """What kind of file it is, by its name alone."""
        kinds = MimeTypes(filenames=())  # the same on every machine
        for ending, more in _MORE.items():
            kinds.add_type(more, ending)
        kind, packing = kinds.guess_type(self.name.replace(":", "_"))  # it is no address
        return (kind if packing is None else _PACKED.get(packing)) or _PLAIN


class ArchivedBuild(Bean):
    """A build with what it has archived, so far where it still runs."""

    number: int
    building: bool = False
    artifacts: Many[Artifact] = ()


class Kept(Enum):
    """Why an artifact was not fetched."""

    LARGE = f"larger than {MOST // 1024**2} MiB"
    ELSEWHERE = "kept outside of Jenkins"


@dataclass(frozen=True, slots=True)
class ArchivedJob(JobPath):
    """a job's name, with its folders (folder/job); in quotes where a word of it is a number.

    Raises:
        UserError: as for any other job.
    """

    @classmethod
    def take(cls, text: str) -> tuple[Self, str]:
        """Read the words up to the number of a build; of quoted ones, no more than the first."""
        words = list(scan(text))
        if words and all(quoted for _, quoted in words[0].chars):
            return cls(words[0].text), text[words[0].end :]
        for n, word in enumerate(words[1:], start=1):
            if BuildNumber.take(text[word.start :])[0]:
                return cls(" ".join(w.text for w in words[:n])), text[word.start :]
        return cls(" ".join(word.text for word in words)), ""


@dataclass(frozen=True, slots=True)
class ArtifactName:
    """the end of an artifact's name, or its number in the list of that build."""

    text: str = ""

    def __str__(self) -> str:
        return self.text

    @classmethod
    def take(cls, text: str) -> tuple[Self, str]:
        """Read everything that is left."""
        return cls(" ".join(word.text for word in scan(text))), ""

    def of(self, artifacts: Sequence[Artifact], build: str) -> Artifact:
        """The one that is meant: of this very name, of this number, or the only one ending so.

        ``build`` is the build as it is typed.

        Raises:
            UserError: none is, or several are.
        """
        found = [a for a in artifacts if self.text in (a.relative_path, f"/{a.relative_path}")]
        if not found and self.text.isascii() and self.text.isdecimal() and len(self.text) < 7:
            found = list(artifacts[int(self.text) - 1 : int(self.text)]) if int(self.text) else []
            if not found:
                raise UserError(f"There are {len(artifacts)} artifacts, and no number {self.text}.")
        ending = self.text.casefold()
        for start in ("/", ""):  # whole names before parts of them
            found = found or [a for a in artifacts if _ends(a, start + ending)]
        if not found:
            raise UserError(
                "No artifact of that build has a name that ends so.",
                f"`artifacts {build}` lists them.",
            )
        if len(found) > 1:
            names = ", ".join(f"`{_told(a)}`" for a in found[:_SHOWN])
            more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
            raise UserError(f"Several artifacts end so. Say more of the name: {names}{more}.")
        return found[0]


def typed_artifact(job: JobPath, number: int, artifact: int = 0) -> str:
    """An artifact as it is typed: ``deploy prod 12 1``, with quotes where the name needs them.

    Without its number it is the build.
    """
    rest = f"{number} {artifact}" if artifact else f"{number}"
    try:
        plain = ArchivedJob.take(f"{job} {rest}") == (ArchivedJob(job.name), rest)
    except UserError:  # a quote in the name
        plain = False
    if plain and not job.name.split()[0].isdecimal():  # that would be a number of the list
        return f"{job} {rest}"
    quoted = quote(job.name)
    return f"{quoted} {rest}" if quoted != job.name else f"'{job}' {rest}"


def _ends(artifact: Artifact, ending: str) -> bool:
    return f"/{artifact.relative_path}".casefold().endswith(ending)


def _told(artifact: Artifact) -> str:
    """On one line, and without what would mark it up."""
    return " ".join(artifact.relative_path.replace("`", "'").split())[:200]
