"""The 28 error codes of section 6, and the refusal that carries one."""

from collections.abc import Sequence
from enum import IntEnum


class ErrorCode(IntEnum):
    """The error codes of section 6, under the document's names."""

    NoBackendConnection = 1
    Reserved = 2
    InternalError = 3
    InvalidJson = 4
    JsonIsNotAnObject = 5
    MissingParameter = 6
    ParameterIsNotAString = 7
    ParameterIsNotADouble = 8
    ParameterIsNotABool = 9
    ParameterIsNotAnArray = 10
    ParameterIsNotAnInteger = 11
    UnknownValueUnit = 12
    UnknownMetricType = 13
    ValueUnitOrValueTypeHasToBeProvided = 14
    UnknownSensorId = 15
    UnknownMetricId = 16
    NoMetricsUpdated = 17
    ForbiddenAccess = 18
    OutOfRange = 19
    CertificateFormatError = 20
    CertificateIsEmptyError = 21
    CertificateWithoutCommonName = 22
    DeleteMetricsFailed = 23
    ChangeMetricsFailed = 24
    InvalidClientName = 25
    CreateMetricsFailed = 26
    PushValuesFailed = 27
    SensorNameExistsError = 28


LISTS_METRICS = frozenset(
    {
        ErrorCode.DeleteMetricsFailed,
        ErrorCode.ChangeMetricsFailed,
        ErrorCode.CreateMetricsFailed,
        ErrorCode.PushValuesFailed,
    }
)
"""The codes whose replies carry a ``metrics`` list (section 6)."""


def code_name(code: int) -> str:
    """Return the document's name of a code, or ``Unknown`` for one that it does not define."""
    return ErrorCode(code).name if 1 <= code <= len(ErrorCode) else "Unknown"


class Refusal(Exception):  # noqa: N818 - what the contract calls an error reply, not a failure of ours
    """A message breaks the contract, and this is the error reply that it earns.

    Attributes:
        code: One of the 28 codes.
        message: What was wrong, in words, for ``errorMessage``.
        metrics: The metric ids that failed, for the codes in `LISTS_METRICS`.
    """

    def __init__(self, code: ErrorCode, message: str, metrics: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.metrics = tuple(metrics)
