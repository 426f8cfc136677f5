"""The tokens of the former sign-in hold no longer: allauth signs in, and nothing reads this table any more.

The table itself stays, empty, where it was: a process of the former release may still look into it while this one starts.
"""

from django.db import migrations

GONE = """
DO $$
BEGIN
    IF to_regclass('authtoken_token') IS NOT NULL THEN
        DELETE FROM authtoken_token;
    END IF;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("tracking", "0012_imports")]

    operations = [migrations.RunSQL(GONE, migrations.RunSQL.noop)]
