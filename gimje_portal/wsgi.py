"""The WSGI entry for gunicorn."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gimje_portal.settings")
application = get_wsgi_application()

from services.actions.installation import refuse_wrong_keys  # noqa: E402 (needs the application registry)

refuse_wrong_keys()
