"""A stand-in for Jenkins: its REST API with users, API tokens, permissions, a queue and builds.

Kept to what Jenkins' own pages and sources say; it is small, but it refuses what Jenkins refuses.
"""

from sandbox.jenkins.app import JenkinsStandIn, Seen
from sandbox.jenkins.world import (
    ADMINISTER,
    BUILD,
    CANCEL,
    MULTIBRANCH,
    OVERALL_READ,
    PIPELINE,
    READ,
    Build,
    Job,
    boolean,
    choice,
    file,
    password,
    string,
    text,
)

__all__ = [
    "ADMINISTER",
    "BUILD",
    "CANCEL",
    "MULTIBRANCH",
    "OVERALL_READ",
    "PIPELINE",
    "READ",
    "Build",
    "JenkinsStandIn",
    "Job",
    "Seen",
    "boolean",
    "choice",
    "file",
    "password",
    "string",
    "text",
]
