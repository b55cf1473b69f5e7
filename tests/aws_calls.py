"""What the code under test asks of Amazon, as the permissions that it takes.

The emulator's front door is watched, so boto3, aiobotocore, s3fs, DuckDB and child processes are
all seen. Calls are told apart by their access key: the tests prepare with keys of their own.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote

IAM = Path(__file__).resolve().parents[1] / "deploy" / "iam"
PIPELINE, READER = "pipeline", "reader"
KEYS = frozenset({PIPELINE, READER, "local"})  # local: the demo's connection
CREDENTIAL = re.compile(r"Credential=([^/]+)/\d+/([^/]+)/([^/]+)/aws4_request")
PLACE = re.compile(r"s3://([^/]+)/(.+)", re.DOTALL)


@dataclass(frozen=True)
class Need:
    """An IAM action on a resource, with what its conditions are asked about."""

    who: str
    action: str
    resource: str
    context: tuple[tuple[str, str], ...] = ()


@dataclass
class Recorder:
    """Every need since `taken` was last called."""

    needs: set[Need] = field(default_factory=set)

    def taken(self) -> set[Need]:
        found, self.needs = self.needs, set()
        return found

    def install(self, front: Any) -> None:
        """Watch a class of WSGI applications: Front of rekognition_emulator."""
        answer: Callable[..., Any] = front.__call__

        def watched(application: Any, environ: dict[str, Any], start_response: Any) -> Any:
            found = CREDENTIAL.search(environ.get("HTTP_AUTHORIZATION", ""))
            if found is not None and found[1] in KEYS:
                self.needs.update(needs(environ, *found.groups()))
            return answer(application, environ, start_response)

        front.__call__ = watched


RECORDER = Recorder()


def needs(environ: dict[str, Any], who: str, region: str, service: str) -> Iterator[Need]:
    """The permissions that one HTTP request takes."""
    if service == "s3":
        for action, resource, context, key in _of_s3(environ):
            yield Need(who, action, resource, context)
            if key:
                yield Need(who, key[0], key[1], _via("s3", region))
        return
    body = _body(environ)
    target = environ.get("HTTP_X_AMZ_TARGET", "").rpartition(".")[2]
    if service == "rekognition":
        yield Need(who, f"rekognition:{target}", "*")
        for action, resource, context in _on_behalf(target, json.loads(body), region):
            yield Need(who, action, resource, context)
    elif service == "sqs":
        _, account, queue = json.loads(body)["QueueUrl"].rsplit("/", 2)
        action = target.removesuffix("Batch")
        yield Need(who, f"sqs:{action}", f"arn:aws:sqs:{region}:{account}:{queue}")
    else:
        action = target or parse_qs(body.decode())["Action"][0]
        if (service, action) != ("sts", "GetCallerIdentity"):  # which needs no permission
            yield Need(who, f"{service}:{action}", "*")


def _body(environ: dict[str, Any]) -> bytes:
    body: bytes = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    return body


S3Need = tuple[str, str, tuple[tuple[str, str], ...], "tuple[str, str] | None"]
# (method, has a key, a word of the query): the action; the first that fits counts.
S3_ACTIONS = (
    ("HEAD", False, "", "s3:ListBucket"),
    ("GET", False, "list-type", "s3:ListBucket"),
    ("GET", True, "versionId", "s3:GetObjectVersion"),
    ("HEAD", True, "versionId", "s3:GetObjectVersion"),
    ("GET", True, "", "s3:GetObject"),
    ("HEAD", True, "", "s3:GetObject"),
    ("PUT", True, "", "s3:PutObject"),
    ("POST", True, "upload", "s3:PutObject"),
    ("DELETE", True, "uploadId", "s3:AbortMultipartUpload"),
    ("DELETE", True, "", "s3:DeleteObject"),
    ("POST", False, "delete", "s3:DeleteObject"),
)


def _of_s3(environ: dict[str, Any]) -> Iterator[S3Need]:
    method, query = environ["REQUEST_METHOD"], environ.get("QUERY_STRING", "")
    path = unquote(environ.get("RAW_URI", environ["PATH_INFO"]).partition("?")[0])
    bucket, _, key = path.lstrip("/").partition("/")
    action = next(
        (
            name
            for verb, with_key, word, name in S3_ACTIONS
            if (verb, with_key) == (method, bool(key)) and word in query
        ),
        f"s3:unknown {method} {query}",
    )
    if action == "s3:ListBucket":
        asked = parse_qs(query, keep_blank_values=True).get("prefix")
        prefix = (("s3:prefix", asked[0]),) if asked else ()
        yield action, f"arn:aws:s3:::{bucket}", prefix, None
    elif action == "s3:DeleteObject" and not key:
        for name in re.findall(r"<Key>(.*?)</Key>", _body(environ).decode()):
            yield action, f"arn:aws:s3:::{bucket}/{name}", (), None
    else:
        used = _key_used(environ, action, bucket, key)
        yield action, f"arn:aws:s3:::{bucket}/{key}", (), used


def _key_used(
    environ: dict[str, Any], action: str, bucket: str, key: str
) -> tuple[str, str] | None:
    """S3 encrypts and decrypts with the caller's rights on the key."""
    if action == "s3:PutObject":
        asked = environ.get("HTTP_X_AMZ_SERVER_SIDE_ENCRYPTION_AWS_KMS_KEY_ID")
        return ("kms:GenerateDataKey", asked) if asked else None
    if not action.startswith("s3:GetObject") or environ["REQUEST_METHOD"] == "HEAD":
        return None
    used = _encrypted_with(bucket, key)
    return ("kms:Decrypt", used) if used else None


def _encrypted_with(bucket: str, key: str) -> str | None:
    from rekognition_emulator.storage.objects import bucket_named

    found = bucket_named(bucket)
    stored = found[0].get_object(bucket, key) if found else None
    used: str | None = stored.kms_key_id if stored is not None else None
    return used


def _via(service: str, region: str) -> tuple[tuple[str, str], ...]:
    return (("kms:ViaService", f"{service}.{region}.amazonaws.com"),)


def _on_behalf(
    operation: str, request: dict[str, Any], region: str
) -> Iterator[tuple[str, str, Any]]:
    """What Rekognition does with the caller's rights, by the members of a request."""
    place = (request.get("Video") or request.get("Input") or request.get("Image") or {}).get(
        "S3Object"
    )
    if place:
        yield from _read(place, region)
    if operation == "StartMediaAnalysisJob":
        for source in _sources(place):
            yield from _read(source, region)
        output = request["OutputConfig"]
        folder = "/".join(filter(None, (output["S3Bucket"], output.get("S3KeyPrefix"))))
        yield "s3:PutObject", f"arn:aws:s3:::{folder}/x", ()
        if key := request.get("KmsKeyId"):
            yield "kms:GenerateDataKey", key, _via("rekognition", region)
    if channel := request.get("NotificationChannel"):
        passed = (("iam:PassedToService", "rekognition.amazonaws.com"),)
        yield "iam:PassRole", channel["RoleArn"], passed


def _read(place: dict[str, str], region: str) -> Iterator[tuple[str, str, Any]]:
    action = "s3:GetObjectVersion" if "Version" in place else "s3:GetObject"
    yield action, f"arn:aws:s3:::{place['Bucket']}/{place['Name']}", ()
    if key := _encrypted_with(place["Bucket"], place["Name"]):
        yield "kms:Decrypt", key, _via("s3", region)


def _sources(manifest: dict[str, str]) -> Iterator[dict[str, str]]:
    from rekognition_emulator.storage.objects import bucket_named

    found = bucket_named(manifest["Bucket"])
    stored = found[0].get_object(*manifest.values()) if found else None
    for line in stored.value.splitlines() if stored is not None else ():
        if match := PLACE.match(str(json.loads(line).get("source-ref"))):
            yield {"Bucket": match[1], "Name": match[2]}


# Policies


@dataclass(frozen=True)
class Grant:
    """One action on one resource that a policy's statement allows."""

    sid: str
    action: str
    resource: str
    conditions: tuple[tuple[str, tuple[str, ...]], ...]

    def allows(self, need: Need, *, anywhere: bool = False) -> bool:
        """`anywhere`: whatever the resource, for tests with buckets of their own names."""
        if need.action != self.action:
            return False
        given = dict(need.context)
        return anywhere or (
            fnmatchcase(need.resource, self.resource)
            and all(
                name in given and any(fnmatchcase(given[name], one) for one in values)
                for name, values in self.conditions
            )
        )


@cache
def grants(policy: str, **names: str) -> list[Grant]:
    """What a file of deploy/iam allows, with its names in capitals replaced."""
    text = (IAM / policy).read_text()
    for name, value in names.items():
        text = text.replace(name.replace("_", "-"), value)
    found = []
    for statement in json.loads(text)["Statement"]:
        assert statement["Effect"] == "Allow"
        conditions = statement.get("Condition", {})
        assert set(conditions) <= {"StringEquals", "StringLike"}
        asked = tuple(
            (name, tuple(_listed(values)))
            for condition in conditions.values()
            for name, values in condition.items()
        )
        found += [
            Grant(statement["Sid"], action, resource, asked)
            for action in _listed(statement["Action"])
            for resource in _listed(statement["Resource"])
        ]
    return found


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value
