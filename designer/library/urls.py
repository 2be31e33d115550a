from django.urls import path

from . import editing, handoff, importing, sharing, views

urlpatterns = [
    path("templates/", views.templates, name="templates"),
    path("templates/new/", views.new_template, name="new-template"),
    path("templates/rescue/", editing.rescue, name="rescue-template"),
    path("templates/import/", importing.import_templates, name="import-templates"),
    path("templates/<int:pk>/", editing.template, name="template"),
    path("templates/<int:pk>/switch/", editing.switch_kind, name="switch-kind"),
    path("templates/<int:pk>/present/", editing.present, name="present"),
    path("emoji/", editing.find_emoji, name="emoji"),
    path("templates/<int:pk>/outcome/", handoff.outcome, name="template-outcome"),
    path("templates/<int:pk>/json/", handoff.edit_json, name="template-json"),
    path("templates/<int:pk>/export.json", handoff.json_file, name="template-json-file"),
    path("templates/<int:pk>/settle/", editing.settle_conflict, name="settle-conflict"),
    path("templates/<int:pk>/share/", sharing.share, name="share-template"),
    path("shared/<slug:secret>/", sharing.shared_preview, name="shared-preview"),
    path("templates/<int:pk>/duplicate/", views.duplicate_template, name="duplicate-template"),
    path("templates/<int:pk>/delete/", views.delete_template, name="delete-template"),
    path("templates/<int:pk>/versions/", views.versions, name="versions"),
    path("templates/<int:pk>/versions/<int:number>/", views.version, name="version"),
    path(
        "templates/<int:pk>/versions/<int:number>/restore/",
        views.restore_version,
        name="restore-version",
    ),
]
