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
INSTALLED_APPS = ['{{app.name}}']
LANGUAGE_CODE = 'en'
ROOT_URLCONF = '{{app.name}}.urls'
SECRET_KEY = '{{variables.secretKey}}'
TEMPLATES = [{'BACKEND': 'django.template.backends.django.DjangoTemplates', 'APP_DIRS': True}]
TIME_ZONE = 'UTC'
USE_TZ = True
