"""{{app.name}} on {{server.name}}, written by build {{build.id}}."""
import os
import sys

sys.path[:0] = ['{{folders.site}}', '{{folders.code}}']
sys.dont_write_bytecode = True
os.environ['DJANGO_SETTINGS_MODULE'] = 'settings'

from django.core.wsgi import get_wsgi_application  # noqa: E402

application = get_wsgi_application()
