"""Stand-ins for APIs that are used by declaration: enough of GitLab, and of Grafana."""

from sandbox.http_apis.gitlab import GitLabStandIn
from sandbox.http_apis.grafana import GrafanaStandIn

__all__ = ["GitLabStandIn", "GrafanaStandIn"]
