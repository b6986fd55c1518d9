from django.urls import path

from tickets import views

urlpatterns = [path('', views.page), path('health', views.health)]
