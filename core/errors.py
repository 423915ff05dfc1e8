"""Every error the house raises on purpose.

    FakeryError
    ├── UnusableImage       bytes that are no picture, or one beyond the limits
    ├── UnusableArchive     an archive that is broken, climbs out or is too large
    ├── NetworkError
    │   ├── Offline         FAKERY_OFFLINE forbids every outgoing connection
    │   ├── RefusedAddress  not http(s), or it points inside
    │   └── FetchFailed     the other side did not answer as it should
    ├── ModelError
    │   ├── ModelMissing    known by name, but its file is not here
    │   ├── ModelBroken     a file that is not the model it should be
    │   └── EngineBusy      more work is queued than the engine takes on
    ├── Unteachable         examples that no rule learns from, or a question of another size
    ├── JobFailed           a worker process ended without a result
    │   └── JobStopped      ... because somebody asked it to
    └── StoreError          the database or the picture folder cannot be used

Each message is one sentence for a person: what happened, what was received, what to do.
"""


class FakeryError(Exception):
    """The trunk: whatever is caught as this has a message that can be shown as it is."""


class UnusableImage(FakeryError, ValueError):
    """Bytes that are no picture we read, or a picture beyond the limits."""


class UnusableArchive(FakeryError, ValueError):
    """An archive that is broken, climbs out of its folder, or unpacks to too much."""


class NetworkError(FakeryError):
    """Something on the way to another machine."""


class Offline(NetworkError):
    """An outgoing connection was needed while FAKERY_OFFLINE forbids them."""


class RefusedAddress(NetworkError, ValueError):
    """An address that is not http(s), is malformed, or leads to a private or local machine."""


class FetchFailed(NetworkError):
    """The other side was slow, cut the connection, answered an error, or sent too much."""


class ModelError(FakeryError):
    """Something about a model."""


class ModelMissing(ModelError, LookupError):
    """A model known by name whose file is not here; `remedy` says how to get it."""

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.remedy = remedy


class ModelBroken(ModelError, ValueError):
    """A file that is not a model, or not the one its spec describes."""


class EngineBusy(ModelError):
    """More pictures are waiting for the engine than it takes on."""


class Unteachable(FakeryError, ValueError):
    """Examples that a rule cannot learn from, or a question that it cannot be asked."""


class JobFailed(FakeryError):
    """A worker process ended without a result."""


class JobStopped(JobFailed):
    """A worker process was stopped because somebody asked for it."""


class StoreError(FakeryError):
    """The database or the folder of pictures cannot be read or written."""
