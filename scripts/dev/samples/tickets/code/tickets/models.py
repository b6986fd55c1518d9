"""Tickets and what people said about them. The tables come with the dump."""
from django.db import models


class Person(models.Model):
    name = models.CharField(max_length=80)

    class Meta:
        managed = False


class Ticket(models.Model):
    title = models.CharField(max_length=120)
    state = models.CharField(max_length=12)
    opened = models.DateTimeField()
    person = models.ForeignKey(Person, models.DO_NOTHING)

    class Meta:
        managed = False


class Comment(models.Model):
    ticket = models.ForeignKey(Ticket, models.DO_NOTHING)
    at = models.DateTimeField()
    text = models.TextField()

    class Meta:
        managed = False
