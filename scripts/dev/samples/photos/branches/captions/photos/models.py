"""What people have uploaded, with what they say of it."""
from django.db import models


class Photo(models.Model):
    title = models.CharField(max_length=80)
    file = models.FileField(upload_to='%Y/%m')
    caption = models.CharField(max_length=200, default='')
    place = models.CharField(max_length=80, default='')
