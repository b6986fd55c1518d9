"""{{app.name}} on {{server.name}}, written by build {{build.id}}."""
ALLOWED_HOSTS = ['{{server.address}}', '{{server.name}}']
DEBUG = False
DEPLOYED = {
    'app': '{{app.name}}', 'server': '{{server.name}}', 'path': '{{path}}', 'revision': '{{revision}}',
    'dataTime': '{{dataTime}}', 'database': '{{database.name}}', 'build': '{{build.id}}',
    'base': '{{databases.default.base}}', 'reports': '{{databases.reports.name}}',
    'reportsTime': '{{databases.reports.dataTime}}',
}
DATABASES = {
    'default': {
        'ENGINE': 'django.db.backends.postgresql', 'CONN_MAX_AGE': 60,
        'HOST': '{{databases.default.host}}', 'PORT': '{{databases.default.port}}',
        'NAME': '{{databases.default.name}}',
        'USER': '{{databases.default.user}}', 'PASSWORD': '{{databases.default.password}}',
    },
    'reports': {
        'ENGINE': 'django.db.backends.postgresql', 'CONN_MAX_AGE': 60,
        'HOST': '{{databases.reports.host}}', 'PORT': '{{databases.reports.port}}',
        'NAME': '{{databases.reports.name}}',
        'USER': '{{databases.reports.user}}', 'PASSWORD': '{{databases.reports.password}}',
    },
}
INSTALLED_APPS = ['tickets']
LANGUAGE_CODE = 'en'
ROOT_URLCONF = 'tickets.urls'
SECRET_KEY = '{{variables.secretKey}}'
TEMPLATES = [{'BACKEND': 'django.template.backends.django.DjangoTemplates', 'APP_DIRS': True}]
TIME_ZONE = 'UTC'
USE_TZ = True
