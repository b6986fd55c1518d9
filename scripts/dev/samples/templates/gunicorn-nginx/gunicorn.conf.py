# Read by the worker: exec gunicorn --config "$FOLDER_SITE/gunicorn.conf.py" wsgi:application
bind = 'unix:{{folders.site}}.sock'
pythonpath = '{{folders.site}},{{folders.code}}'
workers = 1
