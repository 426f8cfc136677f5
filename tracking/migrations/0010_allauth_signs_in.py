"""The tokens of the former sign-in hold no longer: allauth signs in, and nothing reads this table any more."""

from django.db import migrations

GONE = """
DROP TABLE IF EXISTS authtoken_token;
DELETE FROM django_migrations WHERE app = 'authtoken';
"""


class Migration(migrations.Migration):
    dependencies = [("tracking", "0008_stated_once")]

    operations = [migrations.RunSQL(GONE, migrations.RunSQL.noop)]
