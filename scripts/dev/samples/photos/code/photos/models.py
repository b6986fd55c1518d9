"""What people have uploaded. The table comes by a migration, the files lie in a folder that stays."""
from django.db import models


class Photo(models.Model):
    title = models.CharField(max_length=80)
    file = models.FileField(upload_to='%Y/%m')
