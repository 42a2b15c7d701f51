"""A stand-in for Jenkins: its REST API with users, API tokens, permissions, a queue and builds.

Kept to what Jenkins' own pages and sources say; it is small, but it refuses what Jenkins refuses.
"""

from sandbox.jenkins.app import JenkinsStandIn
from sandbox.jenkins.builds import Build
from sandbox.jenkins.items import MULTIBRANCH, PIPELINE, Job
from sandbox.jenkins.parameters import (
    Parameter,
    boolean,
    choice,
    file,
    password,
    string,
    text,
)
from sandbox.jenkins.pipeline import Ask, Stage
from sandbox.jenkins.reports import Case
from sandbox.jenkins.users import (
    ADMINISTER,
    ARTIFACTS,
    BUILD,
    CANCEL,
    CONFIGURE,
    OVERALL_READ,
    READ,
)
from sandbox.seen import Seen

__all__ = [
    "ADMINISTER",
    "ARTIFACTS",
    "BUILD",
    "CANCEL",
    "CONFIGURE",
    "MULTIBRANCH",
    "OVERALL_READ",
    "PIPELINE",
    "READ",
    "Ask",
    "Build",
    "Case",
    "JenkinsStandIn",
    "Job",
    "Parameter",
    "Seen",
    "Stage",
    "boolean",
    "choice",
    "file",
    "password",
    "string",
    "text",
]
