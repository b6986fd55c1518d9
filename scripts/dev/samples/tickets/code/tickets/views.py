"""One page for people and one address for the console's health check."""
from django.conf import settings
from django.db import connections
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render

from tickets import release
from tickets.models import Comment, Person, Ticket


def rows():
    if release.FAILS:
        raise RuntimeError('the report of open tickets has no week')
    found = {'people': Person.objects.count(), 'tickets': Ticket.objects.count(),
             'open': Ticket.objects.filter(state='open').count(), 'comments': Comment.objects.count()}
    if 'reports' in settings.DATABASES:
        with connections['reports'].cursor() as cursor:
            cursor.execute('SELECT count(*) FROM report_day')
            found['days'] = cursor.fetchone()[0]
    return found


def page(request):
    newest = Ticket.objects.select_related('person').order_by('-id')[:8]
    return render(request, 'tickets/page.html', {
        'deployed': settings.DEPLOYED, 'release': release, 'rows': rows(), 'newest': newest})


def health(request):
    try:
        return JsonResponse({**settings.DEPLOYED, 'line': release.LINE, 'rows': rows()})
    except Exception as error:  # whoever asks for health wants the reason
        return HttpResponse(f'{type(error).__name__}: {error}', status=500, content_type='text/plain')
