"""The one door: Rekognition's calls go to the service, control calls to the control API, the rest
to moto's own application."""

from __future__ import annotations

import io
import re
import socket
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import partial
from typing import Any

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.iam.models import get_account_id_from
from moto.moto_server import werkzeug_app
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from rekognition_emulator.engine.errors import ServiceError
from rekognition_emulator.http import control
from rekognition_emulator.http.browsers import REFUSAL, is_of_a_foreign_page
from rekognition_emulator.http.sockets import break_connection
from rekognition_emulator.http.subscriptions import keep_on_this_machine
from rekognition_emulator.service import TARGET_PREFIX, Reply
from rekognition_emulator.storage.archive import HEADER
from rekognition_emulator.storage.objects import bucket_named, owner_of, tier_of
from rekognition_emulator.world import Caller

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
_CREDENTIAL = re.compile(r"Credential=([^/]+)/\d+/([^/]+)/([^/]+)/aws4_request")
_CHANGES = frozenset({"PUT", "POST", "DELETE"})
_DEFAULT_REGION = "us-east-1"


class Front:
    """The WSGI application. The service is asked for at each call: a restart swaps it."""

    def __init__(self, emulator: control.Controlled) -> None:
        self._emulator = emulator
        # moto would let the pages of every origin read its answers.
        werkzeug_app.DISABLE_GLOBAL_CORS = True  # type: ignore[attr-defined]
        keep_on_this_machine()
        self._moto = DomainDispatcherApplication(create_backend_app)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one HTTP request."""
        if is_of_a_foreign_page(environ):
            headers = [("Content-Type", "text/plain"), ("Content-Length", str(len(REFUSAL)))]
            start_response("403 Forbidden", headers)
            return [] if environ["REQUEST_METHOD"] == "HEAD" else [REFUSAL]
        path = environ.get("PATH_INFO", "")
        if path.startswith(control.PREFIX):
            return _control(self._emulator, environ, start_response)
        authorization = environ.get("HTTP_AUTHORIZATION", "")
        target = environ.get("HTTP_X_AMZ_TARGET", "")
        if target.startswith(TARGET_PREFIX) or _service_of(authorization) == "rekognition":
            operation = target.removeprefix(TARGET_PREFIX)
            caller = caller_of(authorization)
            reply = self._emulator.service.handle(operation, partial(_body, environ), caller)
            if reply is not None:
                return _answer(reply, environ, start_response)
        return self._pass_on(environ, start_response)

    def _pass_on(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if _is_of_another_owner(environ):
            return _denied(environ, start_response)
        if environ["REQUEST_METHOD"] == "HEAD" and _is_s3(environ):
            start_response = _with_tier(environ, start_response)
        answer = self._moto(environ, start_response)
        state = self._emulator.state
        if state is not None and environ["REQUEST_METHOD"] in _CHANGES and _is_s3(environ):
            # moto has made its answer by now; nothing of it has been sent yet.
            bucket, key = _bucket_and_key(environ)
            if bucket:
                state.keep(bucket, key)
        return answer  # type: ignore[no-any-return]


def _answer(reply: Reply, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    status = "200 OK" if reply.status == 200 else f"{reply.status} Error"
    start_response(status, list(reply.headers().items()))
    return _cut(reply, environ) if reply.cut else [reply.body]


def _cut(reply: Reply, environ: Environ) -> Iterator[bytes]:
    """Half of the body, then the end of the connection."""
    yield reply.body[: len(reply.body) // 2]
    connection = environ["werkzeug.socket"]
    if reply.cut == "reset":
        break_connection(connection)
    else:
        connection.shutdown(socket.SHUT_RDWR)


def _control(
    emulator: control.Controlled, environ: Environ, start_response: StartResponse
) -> Iterable[bytes]:
    method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
    status, body = control.handle(emulator, method, path, partial(_body, environ))
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    start_response(f"{status} {'OK' if status == 200 else 'Error'}", headers)
    return [body]


def _body(environ: Environ) -> bytes:
    """The request's body, which can be read again; ServiceError unless its length is stated."""
    length = environ.get("CONTENT_LENGTH") or "0"
    if "HTTP_TRANSFER_ENCODING" in environ or not length.isdecimal():
        _drain(environ)
        raise ServiceError("MissingContentLength")
    body = bytes(environ["wsgi.input"].read(int(length)))
    environ["wsgi.input"] = io.BytesIO(body)
    return body


def _drain(environ: Environ) -> None:
    """Read a chunked body to its end: a connection closed before it breaks under the answer."""
    if environ.get("wsgi.input_terminated"):
        with suppress(OSError):  # for what is not a chunk
            while environ["wsgi.input"].read(65536):
                pass


def caller_of(authorization: str) -> Caller:
    """Account and region as moto tells them: by the access key and the signature's scope."""
    found = _CREDENTIAL.search(authorization)
    if found is None:
        return Caller(DEFAULT_ACCOUNT_ID, _DEFAULT_REGION)
    return Caller(get_account_id_from(found[1]), found[2])


def _service_of(authorization: str) -> str | None:
    """The service that a signed request is for, None for an unsigned one."""
    found = _CREDENTIAL.search(authorization)
    return None if found is None else found[3]


def _is_s3(environ: Environ) -> bool:
    # Presigned and unsigned requests carry no such header; other services always do.
    return _service_of(environ.get("HTTP_AUTHORIZATION", "")) in (None, "s3")


def _is_of_another_owner(environ: Environ) -> bool:
    """Whether the caller expects an owner that the bucket has not; moto does not look at it."""
    expected = environ.get("HTTP_X_AMZ_EXPECTED_BUCKET_OWNER")
    if expected is None:
        return False
    owner = owner_of(_bucket_and_key(environ)[0])
    return owner is not None and owner != expected


def _with_tier(environ: Environ, start_response: StartResponse) -> StartResponse:
    """What moto's HEAD leaves out of an object in an archive tier."""
    tier = tier_of(*_bucket_and_key(environ))
    more = [(HEADER, tier)] if tier else []
    return lambda status, headers, *rest: start_response(status, [*headers, *more], *rest)


def _denied(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    body = b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"
    headers = [("Content-Type", "application/xml"), ("Content-Length", str(len(body)))]
    start_response("403 Forbidden", headers)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


def _bucket_and_key(environ: Environ) -> tuple[str, str | None]:
    """What an S3 request is about; no key for a change of the bucket or of many keys at once."""
    path = environ["PATH_INFO"].encode("latin-1").decode("utf-8", "replace").lstrip("/")
    host = environ.get("HTTP_HOST", "").split(".")[0]
    if bucket_named(host) is not None:
        return host, path or None
    bucket, _, key = path.partition("/")
    return bucket, key or None
