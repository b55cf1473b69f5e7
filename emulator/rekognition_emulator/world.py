"""What the operations share: time, jobs, objects, recordings, faults, counters, settings."""

from __future__ import annotations

from dataclasses import dataclass, field

from rekognition_emulator.engine.arguments import seconds, whole
from rekognition_emulator.engine.errors import ServiceError
from rekognition_emulator.engine.runner import Engine
from rekognition_emulator.engine.tokens import TOKEN_SECONDS
from rekognition_emulator.storage.objects import Objects
from rekognition_emulator.storage.recordings import Recordings

_DAY = 24 * 60 * 60


@dataclass(frozen=True)
class Settings:
    """How long things take and last, in seconds, and how much may run at once.

    The numbers that are AWS's: 20 video jobs at once (the default quota of an account and region,
    which all video operations share), results for 7 days, bulk jobs for a year. AWS documents no
    number for bulk jobs at once, so there is none by default.
    """

    seconds_per_video_job: float = 2.0
    seconds_per_bulk_job: float = 1.0
    video_jobs_at_once: int = 20
    bulk_jobs_at_once: int | None = None
    video_results_seconds: float = 7 * _DAY
    bulk_jobs_seconds: float = 365 * _DAY
    token_seconds: float = TOKEN_SECONDS

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if not name.endswith("_at_once"):
                seconds(name, value)
            elif (name, value) != ("bulk_jobs_at_once", None):
                whole(name, value, 1)


@dataclass(frozen=True)
class Caller:
    """Whose call it is, and to which region's endpoint."""

    account: str
    region: str

    def scope(self, start_operation: str) -> tuple[str, str, str]:
        """Where this caller's jobs of one kind are kept."""
        return self.account, self.region, start_operation


@dataclass
class Adapters:
    """Trained moderation adapters: nothing trains them here, so they are declared."""

    ready: dict[str, bool] = field(default_factory=dict)

    def declare(self, project_version: str, ready: bool = True) -> None:
        """Make an adapter known by its project version ARN."""
        self.ready[project_version] = ready

    def check(self, project_version: str | None) -> None:
        """ResourceNotFoundException or ResourceNotReadyException unless it can be used."""
        if project_version is None:
            return
        if project_version not in self.ready:
            raise ServiceError("ResourceNotFoundException")
        if not self.ready[project_version]:
            raise ServiceError("ResourceNotReadyException")


@dataclass(frozen=True)
class World(Engine):
    """Everything an operation works on."""

    objects: Objects
    recordings: Recordings
    adapters: Adapters
    settings: Settings
