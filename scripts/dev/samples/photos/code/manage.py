#!/usr/bin/env python3
"""Django's commands with the settings that the site has, or will have: a build's steps get them in FOLDER_SITE."""
import os
import sys

if __name__ == '__main__':
    sys.path[:0] = [os.environ['FOLDER_SITE']]
    sys.dont_write_bytecode = True
    os.environ['DJANGO_SETTINGS_MODULE'] = 'settings'
    from django.core.management import execute_from_command_line
    execute_from_command_line(sys.argv)
