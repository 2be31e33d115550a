"""What a page says when the database is away, or can't write because the disk is full."""

import logging
import sys
from collections.abc import Callable

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views import defaults

logger = logging.getLogger(__name__)

RETRY_SECONDS = 5


class DatabaseTrouble:
    """Middleware: a page that the database failed is answered with 503 and says so in words."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, problem: Exception) -> HttpResponse | None:
        return _answer(problem)


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's `handler500`: the same for what fails beside the view, as beginning a session."""
    return _answer(sys.exc_info()[1]) or defaults.server_error(request)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Its `handler400`, which takes a session that can't be kept for one that was ended."""
    return _answer(exception) or defaults.bad_request(request, exception)


def _answer(problem: BaseException | None) -> HttpResponse | None:
    """The page, if the database's failure is what began it."""
    while problem and not isinstance(problem, OperationalError | InterfaceError):
        problem = problem.__cause__ or problem.__context__
    if problem is None:
        return None
    logger.error("The database failed: %s", problem, exc_info=problem)
    # Without the request, whose team would have to be looked up.
    page = render_to_string("503.html")
    return HttpResponse(page, status=503, headers={"Retry-After": str(RETRY_SECONDS)})
