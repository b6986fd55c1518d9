"""{{app.name}} on {{server.name}}, written by build {{build.id}}."""
ALLOWED_HOSTS = ['{{server.address}}', '{{server.name}}']
DEBUG = False
DEPLOYED = {
    'app': '{{app.name}}', 'server': '{{server.name}}', 'path': '{{path}}', 'revision': '{{revision}}',
    'dataTime': '{{dataTime}}', 'database': '{{database.name}}', 'build': '{{build.id}}',
}
DATABASES = {'default': {
    'ENGINE': 'django.db.backends.postgresql', 'CONN_MAX_AGE': 60,
    'HOST': '{{database.host}}', 'PORT': '{{database.port}}', 'NAME': '{{database.name}}',
    'USER': '{{database.user}}', 'PASSWORD': '{{database.password}}',
}}
DEFAULT_AUTO_FIELD = 'django.db.models.AutoField'
INSTALLED_APPS = ['photos']
LANGUAGE_CODE = 'en'
# Visitors are told of no error; Apache's error log has it.
LOGGING = {
    'version': 1, 'disable_existing_loggers': False,
    'handlers': {'errors': {'class': 'logging.StreamHandler'}}, 'root': {'handlers': ['errors']},
}
MEDIA_ROOT = '{{folders.uploads}}'
MEDIA_URL = '/media/'
MOTTO = '{{variables.motto}}'
# The working copy's own, which a checkout removes.
PREVIEW_ROOT = '{{folders.code}}/previews'
ROOT_URLCONF = 'photos.urls'
SECRET_KEY = '{{variables.secretKey}}'
TEMPLATES = [{'BACKEND': 'django.template.backends.django.DjangoTemplates', 'APP_DIRS': True}]
TIME_ZONE = 'UTC'
USE_TZ = True
