from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [('photos', '0002_caption')]
    operations = [migrations.AddField('Photo', 'place', models.CharField(max_length=80, default=''))]
