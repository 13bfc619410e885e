"""Azure DevOps' errors: a status and the JSON body whose `typeKey` tells what went wrong."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

_FEED_API = "Microsoft.VisualStudio.Services.Feed.WebApi"
_COMMON_API = "Microsoft.VisualStudio.Services.Common"


class AzureError(Exception):
    """An answer other than success."""

    def __init__(self, status: int, type_key: str, message: str, *, namespace: str = _FEED_API) -> None:
        """Keep what the body is made of."""
        super().__init__(message)
        self.status, self.type_key, self.message, self.namespace = status, type_key, message, namespace

    def body(self) -> dict[str, Any]:
        """Return the documented shape of an error's body."""
        return {
            "$id": "1",
            "innerException": None,
            "message": self.message,
            "typeName": f"{self.namespace}.{self.type_key}, {self.namespace}",
            "typeKey": self.type_key,
            "errorCode": 0,
            "eventId": 3000,
        }


class NotSignedIn(Exception):
    """No usable credential came with the request; `offered` = one came, and it was not accepted."""

    def __init__(self, *, offered: bool) -> None:
        """Keep whether a credential was presented at all."""
        super().__init__("not signed in")
        self.offered = offered


def feed_not_found(feed: str) -> AzureError:
    """No such feed in that scope: the answer for a missing or wrong project too."""
    return AzureError(HTTPStatus.NOT_FOUND, "FeedIdNotFoundException", f"The feed with ID '{feed}' doesn't exist.")


def project_not_found(project: str) -> AzureError:
    """No such project in the organization."""
    return AzureError(
        HTTPStatus.NOT_FOUND,
        "ProjectDoesNotExistWithNameException",
        f"TF200016: The following project does not exist: {project}. Verify that the name of the project is correct"
        " and that the project exists on the specified Azure DevOps Server.",
        namespace="Microsoft.TeamFoundation.Core.WebApi",
    )


def permission_missing(identity_id: str, permission: str) -> AzureError:
    """The caller is known, but may not; the message is a real one."""
    return AzureError(
        HTTPStatus.FORBIDDEN,
        "FeedNeedsPermissionsException",
        f"User '{identity_id}' lacks permission to complete this action. You need to have '{permission}'.",
    )


def bad_request(type_key: str, message: str) -> AzureError:
    """The request itself is wrong."""
    return AzureError(HTTPStatus.BAD_REQUEST, type_key, message, namespace=_COMMON_API)


def conflict(type_key: str, message: str) -> AzureError:
    """A version number is taken."""
    return AzureError(HTTPStatus.CONFLICT, type_key, message)


def not_found(type_key: str, message: str) -> AzureError:
    """Something inside a feed is missing."""
    return AzureError(HTTPStatus.NOT_FOUND, type_key, message)


def media_type_not_supported(method: str, media_type: str) -> AzureError:
    """The body is not declared as JSON."""
    return AzureError(
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        "VssRequestContentTypeNotSupportedException",
        f'The request indicated a Content-Type of "{media_type}" for method type "{method}" which is not supported.'
        " Valid content types for this method are: application/json.",
        namespace=_COMMON_API,
    )
