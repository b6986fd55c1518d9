"""An album that people add to, and one address for the console's health check. Errors are shown to nobody."""
import pathlib

from django.conf import settings
from django.http import JsonResponse
from django.shortcuts import redirect, render

from photos import release
from photos.models import Photo


def photos():
    if release.FAILS:
        raise RuntimeError('the album has no page 0')
    return Photo.objects.order_by('-id')


def album(request):
    if request.method == 'POST':
        photo = Photo.objects.create(title=request.POST['title'], file=request.FILES['file'])
        preview(photo)
        return redirect('/')
    return render(request, 'photos/page.html', {
        'deployed': settings.DEPLOYED, 'release': release, 'motto': settings.MOTTO, 'photos': photos()})


def preview(photo):
    """What can be made again lies in the working copy."""
    place = pathlib.Path(settings.PREVIEW_ROOT, photo.file.name)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(photo.title)


def health(request):
    return JsonResponse({
        **settings.DEPLOYED, 'line': release.LINE, 'motto': settings.MOTTO, 'photos': photos().count()})
