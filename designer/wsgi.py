"""The WSGI entry point that the web server loads."""

import gc
import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from designer.setup.gate import Gate

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "designer.settings")
application = Gate(get_wsgi_application(), settings.WEB_THREADS)
# What is loaded by now stays. Looking through it again and again for what could go would hold up
# every request for a tenth of a second each time.
gc.collect()
gc.freeze()
