"""One page for people and one address for the console's health check."""
from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render

from shop import release
from shop.models import Customer, Order, Product


def rows():
    if release.FAILS:
        raise RuntimeError('the report of the shop divides by an empty basket')
    return {'products': Product.objects.count(), 'customers': Customer.objects.count(),
            'orders': Order.objects.count()}


def page(request):
    latest = Order.objects.select_related('customer', 'product').order_by('-id')[:8]
    return render(request, 'shop/page.html', {
        'deployed': settings.DEPLOYED, 'release': release, 'rows': rows(), 'latest': latest})


def health(request):
    try:
        return JsonResponse({**settings.DEPLOYED, 'line': release.LINE, 'rows': rows()})
    except Exception as error:  # whoever asks for health wants the reason
        return HttpResponse(f'{type(error).__name__}: {error}', status=500, content_type='text/plain')
