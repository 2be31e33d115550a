"""Who may see a phone: the sandbox knows no people, so two settings name the functions that decide.

`SANDBOX_PAGE` is a view decorator that lets in whoever may open a phone page; `SANDBOX_OWNER` is a
function from a request to the owner whose chats that person sees ("team:5"), None for nobody;
`SANDBOX_ADDRESSES` one that says whether the person may see and change where replies are posted.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.module_loading import import_string


def may_see_addresses(request: HttpRequest) -> bool:
    """Whether the person may; whoever knows one can post replies to it that nobody gave."""
    return bool(import_string(settings.SANDBOX_ADDRESSES)(request))


View = Callable[Concatenate[HttpRequest, str, ...], HttpResponse]


def phone_page(view: View) -> Callable[..., HttpResponseBase]:
    """Guard a view and hand it the owner as its second argument.

    The settings are read at each request, so that the functions may live where the sandbox is not
    allowed to look while the program starts.
    """

    @wraps(view)
    def owned(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        owner: str | None = import_string(settings.SANDBOX_OWNER)(request)
        if owner is None:
            raise PermissionDenied
        return view(request, owner, *args, **kwargs)

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        answer: HttpResponseBase = import_string(settings.SANDBOX_PAGE)(owned)(
            request, *args, **kwargs
        )
        return answer

    return guarded
