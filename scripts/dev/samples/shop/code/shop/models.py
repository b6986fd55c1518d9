"""What the shop sells, and to whom. The tables come with the dump."""
from django.db import models


class Product(models.Model):
    name = models.CharField(max_length=80)
    price = models.DecimalField(max_digits=8, decimal_places=2)

    class Meta:
        managed = False


class Customer(models.Model):
    name = models.CharField(max_length=80)
    email = models.CharField(max_length=120)

    class Meta:
        managed = False


class Order(models.Model):
    customer = models.ForeignKey(Customer, models.DO_NOTHING)
    product = models.ForeignKey(Product, models.DO_NOTHING)
    at = models.DateTimeField()
    amount = models.IntegerField()
    note = models.TextField()

    class Meta:
        managed = False
