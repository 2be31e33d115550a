from django.urls import path

from .views import editor, importing, json, library, sharing

urlpatterns = [
    path("templates/", library.templates, name="templates"),
    path("templates/new/", library.new_template, name="new-template"),
    path("templates/rescue/", editor.rescue, name="rescue-template"),
    path("templates/import/", importing.import_templates, name="import-templates"),
    path("templates/<int:pk>/", editor.template, name="template"),
    path("templates/<int:pk>/switch/", editor.switch_kind, name="switch-kind"),
    path("templates/<int:pk>/present/", editor.present, name="present"),
    path("emoji/", editor.find_emoji, name="emoji"),
    path("templates/<int:pk>/outcome/", json.outcome, name="template-outcome"),
    path("templates/<int:pk>/json/", json.edit_json, name="template-json"),
    path("templates/<int:pk>/export.json", json.json_file, name="template-json-file"),
    path("templates/<int:pk>/settle/", editor.settle_conflict, name="settle-conflict"),
    path("templates/<int:pk>/share/", sharing.share, name="share-template"),
    path("shared/<slug:secret>/", sharing.shared_preview, name="shared-preview"),
    path("templates/<int:pk>/duplicate/", library.duplicate_template, name="duplicate-template"),
    path("templates/<int:pk>/delete/", library.delete_template, name="delete-template"),
    path("templates/<int:pk>/versions/", library.versions, name="versions"),
    path("templates/<int:pk>/versions/<int:number>/", library.version, name="version"),
    path(
        "templates/<int:pk>/versions/<int:number>/restore/",
        library.restore_version,
        name="restore-version",
    ),
]
