"""The second lock on what belongs to a man: policies and rights."""

from django.conf import settings
from django.db import migrations

from tracking.services.owned import protect

APP = settings.APP_DB_ROLE


class Migration(migrations.Migration):
    dependencies = [("notifications", "0001_initial"), ("tracking", "0002_protect")]

    operations = [
        protect("notifications_preference", app_role=APP),
        protect("notifications_preferencehistory", app_role=APP, append_only=True),
        protect("notifications_reminder", app_role=APP),
        protect("notifications_delivery", app_role=APP),
        protect("notifications_inboxmessage", app_role=APP),
        protect("notifications_device", app_role=APP),
        protect("notifications_calendarfeed", app_role=APP),
        protect("notifications_answer", app_role=APP, append_only=True),
        protect("notifications_escalation", app_role=APP, append_only=True),
    ]
