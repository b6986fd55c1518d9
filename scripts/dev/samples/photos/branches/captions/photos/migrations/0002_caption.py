from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [('photos', '0001_initial')]
    operations = [migrations.AddField('Photo', 'caption', models.CharField(max_length=200, default=''))]
