"""The product's addresses, and before them that of the bare view."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt


@csrf_exempt
def store(request: HttpRequest) -> HttpResponse:
    from .models import Row

    # `objects` is unknown to mypy, for whose settings this app is not installed.
    Row._default_manager.create(body=request.body)
    return HttpResponse("Stored.\n", content_type="text/plain")


urlpatterns = [path("bare/", store), path("", include("designer.urls"))]
