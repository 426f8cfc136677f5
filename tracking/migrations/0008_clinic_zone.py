"""Where the day of a clinic begins, and what is overdue by kind."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tracking", "0007_merged"),
    ]

    operations = [
        migrations.AddField(
            model_name="clinic",
            name="zone",
            field=models.CharField(
                db_default="UTC",
                default="UTC",
                help_text="IANA time zone, such as America/New_York: when its day begins",
                max_length=64,
            ),
        ),
        migrations.AddIndex(
            model_name="dueitem",
            index=models.Index(condition=models.Q(("state", "open")), fields=["kind", "overdue_on"], name="dueitem_overdue"),
        ),
        migrations.AddConstraint(
            model_name="clinic",
            constraint=models.CheckConstraint(condition=models.Q(("zone", ""), _negated=True), name="clinic_zone_stated"),
        ),
    ]
