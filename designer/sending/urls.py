from django.urls import path

from .views import connections, numbers, panel, sends

urlpatterns = [
    path("connections/", connections.connections, name="connections"),
    path("connections/new/", connections.new_connection, name="new-connection"),
    path("connections/removed/", connections.removed, name="removed-connections"),
    path("connections/<int:pk>/", connections.connection, name="connection"),
    path("connections/<int:pk>/test/", connections.test_connection, name="test-connection"),
    path("connections/<int:pk>/remove/", connections.remove_connection, name="remove-connection"),
    path("connections/<int:pk>/address/", connections.new_address, name="new-address"),
    path("connections/<int:pk>/address/end/", connections.end_address, name="end-address"),
    path("connections/<int:pk>/replies/end/", connections.end_replies, name="end-replies"),
    path("numbers/", numbers.test_numbers, name="test-numbers"),
    path("numbers/<int:pk>/", numbers.test_number, name="test-number"),
    path("numbers/<int:pk>/remove/", numbers.remove_number, name="remove-number"),
    path("templates/<int:pk>/send/", panel.send_test, name="send-test"),
    path("templates/<int:pk>/send/look/", panel.look, name="send-look"),
    path("sends/", sends.sends, name="sends"),
    path("sends/together/<int:pk>/", sends.together, name="sends-together"),
    path("sends/together/<int:pk>/cancel/", sends.cancel_rest, name="cancel-rest"),
    path("sends/together/<int:pk>/again/", sends.failed_again, name="failed-again"),
    path("sends/<int:pk>/", sends.send, name="send"),
    path("sends/<int:pk>/live/", sends.live, name="send-live"),
    path("sends/<int:pk>/status/", sends.status, name="send-status"),
    path("sends/<int:pk>/settle/", sends.settle, name="settle-send"),
    path("sends/<int:pk>/cancel/", sends.cancel, name="cancel-send"),
    path("sends/<int:pk>/again/", sends.again, name="send-again"),
]
