from django.urls import path

from .hook import hook
from .views import deliveries, replies, results

urlpatterns = [
    path("hooks/<str:secret>/", hook, name="hook"),
    # However the address was copied: nothing below /hooks/ is redirected, or looked for elsewhere.
    path("hooks/<path:secret>", hook),
    path("replies/", replies.replies, name="replies"),
    path("replies/<int:pk>/", replies.reply, name="reply"),
    path("replies/deliveries/", deliveries.deliveries, name="deliveries"),
    path("replies/deliveries/replay/", deliveries.replay, name="replay-deliveries"),
    path("replies/deliveries/<int:pk>/", deliveries.delivery, name="delivery"),
    path("replies/deliveries/<int:pk>/body/", deliveries.delivery_body, name="delivery-body"),
    path("sends/<int:pk>/replies/", replies.send_replies, name="send-replies"),
    path("templates/<int:pk>/results/", results.template_results, name="template-results"),
    path(
        "templates/<int:pk>/results/summary/",
        results.template_results_summary,
        name="template-results-summary",
    ),
    path(
        "templates/<int:pk>/results/replies.csv",
        results.template_results_csv,
        name="template-results-csv",
    ),
]
