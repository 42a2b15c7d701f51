"""moto, called as a WSGI application: EC2, S3 and CloudWatch Logs without a port of their own."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Sequence
from threading import Lock
from typing import Any

from aiohttp import web
from moto.backends import get_backend
from moto.core.base_backend import BackendDict
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.test import EnvironBuilder, run_wsgi_app

from sandbox.aws.people import ACCOUNT

_KEPT = ("Authorization", "Content-Type", "X-Amz-Target", "X-Amz-Content-SHA256")
_ANSWERED = (
    "content-type",
    "x-amz-bucket-region",
    "x-amzn-errortype",
    "x-amzn-requestid",
    "x-amz-request-id",
)


class Backend:
    """One account's things, none at first. moto keeps them in the process: one at a time."""

    def __init__(self) -> None:
        os.environ["MOTO_EC2_LOAD_DEFAULT_AMIS"] = "false"  # thousands, for every region
        get_backend("ec2")  # here: it imports much
        BackendDict.reset()
        self._app = DomainDispatcherApplication(create_backend_app)
        self._lock = Lock()

    async def ask(self, request: web.Request, body: bytes) -> web.Response:
        """Let moto answer what the front has let through."""
        return await asyncio.to_thread(self._ask, request, body)

    def launch(self, region: str, name: str, kind: str) -> str:
        """Start an instance; returns its id."""
        tags = {"instance": {"Name": name}} if name else {}
        reservation = self._of("ec2", region).run_instances(
            "ami-12c6146b",
            *(1, None, []),
            tags=tags,
            instance_type=kind,
            region_name=region,
            is_instance_type_default=True,  # any kind will do: to look it up takes a while
        )
        return str(reservation.instances[0].id)

    def instance_state(self, region: str, instance: str) -> str:
        """``running``, ``stopped``, …."""
        return str(self._of("ec2", region).get_instance(instance).state)

    def stop(self, region: str, instance: str) -> None:
        """Stop an instance by other means."""
        self._of("ec2", region).stop_instances([instance])

    def put(self, region: str, bucket: str, keys: Sequence[str]) -> None:
        """A bucket with these objects, of four bytes each."""
        store = get_backend("s3")[ACCOUNT]["aws"]
        store.create_bucket(bucket, region)
        for key in keys:
            store.put_object(bucket, key, b"data")

    def log(self, region: str, group: str, *lines: str) -> None:
        """Write lines to a log group, which is made where there is none."""
        logs = self._of("logs", region)
        if group not in logs.groups:
            logs.create_log_group(group, {})
            logs.create_log_stream(group, "stream")
        at = int(time.time() * 1000)
        events = [{"timestamp": at + n, "message": text} for n, text in enumerate(lines)]
        logs.put_log_events(group, "stream", events)

    def _of(self, service: Any, region: str) -> Any:
        return get_backend(service)[ACCOUNT][region]

    def _ask(self, request: web.Request, body: bytes) -> web.Response:
        path, _, query = request.raw_path.partition("?")
        headers = [(name, request.headers[name]) for name in _KEPT if name in request.headers]
        builder = EnvironBuilder(
            path,
            "http://localhost",  # another name would be a bucket's
            query_string=query,
            method=request.method,
            data=body,
            headers=headers,
        )
        with self._lock:
            chunks, status, found = run_wsgi_app(self._app, builder.get_environ())
            answer = b"".join(chunks)
        kept = {name: value for name, value in found.items() if name.lower() in _ANSWERED}
        return web.Response(body=answer, status=int(status.split()[0]), headers=kept)
