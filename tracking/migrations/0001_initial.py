import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.text
import pghistory.utils
import pgtrigger.compiler
import tracking.domain.episodes
import tracking.domain.history
import tracking.domain.inventory
import tracking.domain.reported
import tracking.domain.rulebook.base
import tracking.domain.sealing
import tracking.domain.titration.states
import tracking.models.base
import tracking.models.imports
import tracking.services.triggers
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.CreateModel(
            name="Clinic",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=tracking.models.base.new_uid, editable=False, unique=True)),
                ("name", models.CharField(max_length=200)),
                (
                    "zone",
                    models.CharField(
                        db_default="UTC",
                        default="UTC",
                        help_text="IANA time zone, such as America/New_York: when its day begins",
                        max_length=64,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("zone", ""), _negated=True), name="clinic_zone_stated")
                ],
            },
        ),
        migrations.CreateModel(
            name="ImportBatch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=tracking.models.base.new_uid, editable=False, unique=True)),
                ("source_system", models.CharField(max_length=64)),
                ("started_at", models.DateTimeField()),
                ("started_by", models.CharField(max_length=64)),
                ("sha256", models.CharField(blank=True, default="", max_length=64)),
                (
                    "form",
                    models.JSONField(
                        blank=True,
                        db_default=models.Value({}, output_field=models.JSONField()),
                        default=dict,
                        help_text="what the sender declared: fractions, order of dates, zone",
                    ),
                ),
                ("format", models.CharField(blank=True, db_default="", default="", max_length=10)),
                (
                    "looked_by",
                    models.CharField(
                        blank=True,
                        db_default="",
                        default="",
                        help_text="what its rows were last looked at by: his revision, the rules, and who looked",
                        max_length=200,
                    ),
                ),
                (
                    "percent",
                    models.PositiveSmallIntegerField(db_default=0, default=0, help_text="how far the storing has come"),
                ),
                (
                    "unread",
                    models.JSONField(
                        blank=True,
                        db_default=models.Value([], output_field=models.JSONField()),
                        default=list,
                        help_text="headers of columns that nothing was taken from",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["sha256"], name="importbatch_same_file")],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("percent__lte", 100)), name="importbatch_percent_is_one")
                ],
            },
        ),
        migrations.CreateModel(
            name="User",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                ("uid", models.UUIDField(default=tracking.models.base.new_uid, editable=False, unique=True)),
                ("email", models.EmailField(max_length=254, unique=True)),
                ("name", models.CharField(blank=True, default="", max_length=200)),
                ("is_active", models.BooleanField(default=True)),
                ("is_staff", models.BooleanField(default=False, help_text="may open the admin")),
                ("joined_at", models.DateTimeField(auto_now_add=True)),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("email", django.db.models.functions.text.Lower("email"))),
                        name="user_email_in_lower_case",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RulebookVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.CharField(max_length=64, unique=True)),
                ("label", models.CharField(help_text="the part of the version that people gave it", max_length=64)),
                ("digest", models.CharField(help_text="SHA-256 over the content of its files", max_length=64)),
                (
                    "content",
                    models.JSONField(help_text="every rule with its sources and figures, and the catalogue of sentences"),
                ),
                ("first_used_at", models.DateTimeField(help_text="as of when the first evaluation was made by it")),
            ],
            options={
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="36fd7a655ad15051ae259ad2d80f7a3e326c3049",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_d9036",
                            table="tracking_rulebookversion",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SealedDay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField(unique=True)),
                ("sealed_at", models.DateTimeField()),
                ("rows", models.PositiveIntegerField()),
                ("before", models.CharField(help_text="the digest of the day sealed before; empty: the first", max_length=64)),
                ("digest", models.CharField(max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name="AuditEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=tracking.models.base.new_uid, editable=False, unique=True)),
                ("at", models.DateTimeField(db_index=True)),
                (
                    "what",
                    models.CharField(
                        choices=[
                            ("signed-in", "signed-in"),
                            ("signed-out", "signed-out"),
                            ("sign-in-refused", "sign-in-refused"),
                            ("exported", "exported"),
                            ("member-invited", "member-invited"),
                            ("member-joined", "member-joined"),
                            ("member-ended", "member-ended"),
                            ("member-resumed", "member-resumed"),
                            ("backed-up", "backed-up"),
                        ],
                        max_length=24,
                    ),
                ),
                (
                    "by",
                    models.CharField(blank=True, default="", help_text="the actor; empty: nobody was signed in", max_length=64),
                ),
                (
                    "account",
                    models.BigIntegerField(
                        blank=True, help_text="the account it is about, which may be gone by now", null=True
                    ),
                ),
                ("patient", models.UUIDField(blank=True, help_text="the uid of the man whose record was taken out", null=True)),
                ("how", models.CharField(blank=True, default="", help_text="by which door, or in which format", max_length=40)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "what__in",
                                [
                                    tracking.domain.sealing.What["SIGNED_IN"],
                                    tracking.domain.sealing.What["SIGNED_OUT"],
                                    tracking.domain.sealing.What["REFUSED"],
                                    tracking.domain.sealing.What["EXPORTED"],
                                    tracking.domain.sealing.What["MEMBER_INVITED"],
                                    tracking.domain.sealing.What["MEMBER_JOINED"],
                                    tracking.domain.sealing.What["MEMBER_ENDED"],
                                    tracking.domain.sealing.What["MEMBER_RESUMED"],
                                    tracking.domain.sealing.What["BACKED_UP"],
                                ],
                            )
                        ),
                        name="auditevent_what_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("what", tracking.domain.sealing.What["EXPORTED"]), _negated=True),
                            ("patient__isnull", False),
                            _connector="OR",
                        ),
                        name="auditevent_export_of_whom",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Patient",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=tracking.models.base.new_uid, editable=False, unique=True)),
                ("name", models.CharField(blank=True, default="", max_length=200)),
                ("birth_date", models.DateField(blank=True, null=True)),
                (
                    "birth_year",
                    models.PositiveSmallIntegerField(blank=True, help_text="where only the year is known", null=True),
                ),
                ("zone", models.CharField(help_text="IANA time zone", max_length=64)),
                ("is_statistical", models.BooleanField(default=False)),
                ("statistical_key", models.CharField(blank=True, default="", help_text="its key in the survey", max_length=64)),
                (
                    "statistical_facts",
                    models.JSONField(blank=True, default=dict, help_text="what else the survey says, in its own words"),
                ),
                ("revision", models.BigIntegerField(default=1, editable=False)),
                (
                    "revision_xact",
                    models.BigIntegerField(default=0, editable=False, help_text="the transaction that raised it last"),
                ),
                (
                    "profile_revision",
                    models.BigIntegerField(default=1, editable=False, help_text="the revision of the profile itself"),
                ),
                (
                    "user",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="patient",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "erased_at",
                    models.DateTimeField(
                        blank=True, help_text="when he had everything erased; this row is what is left", null=True
                    ),
                ),
                (
                    "display_units",
                    models.JSONField(
                        blank=True,
                        db_default={},
                        default=dict,
                        help_text="by analyte, the unit that he reads it in beside the reported one",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("zone", ""), _negated=True), name="patient_zone_stated"),
                    models.CheckConstraint(
                        condition=models.Q(("birth_date", None), ("birth_year", None), _connector="OR"),
                        name="patient_birth_date_or_year",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("is_statistical", False), ("user", None), _connector="OR"),
                        name="patient_statistical_has_no_account",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("statistical_key", ""), _negated=True),
                        fields=("statistical_key",),
                        name="patient_statistical_key_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("is_statistical", True),
                            models.Q(("erased_at", None), ("user__isnull", False)),
                            models.Q(("erased_at__isnull", False), ("user", None)),
                            _connector="OR",
                        ),
                        name="patient_man_has_an_account",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("erased_at", None),
                            models.Q(("birth_date", None), ("birth_year", None), ("name", "")),
                            _connector="OR",
                        ),
                        name="patient_erased_is_nobody",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="delete_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "tracking_patienthistory" ("birth_date", "birth_year", "display_units", "id", "is_statistical", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "statistical_facts", "statistical_key", "uid", "user_id", "zone") VALUES (OLD."birth_date", OLD."birth_year", OLD."display_units", OLD."id", OLD."is_statistical", OLD."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."statistical_facts", OLD."statistical_key", OLD."uid", OLD."user_id", OLD."zone"); RETURN NULL;',
                            hash="4bf37023f7a7b2316388199f7a2ca43a6ee7c389",
                            operation="DELETE",
                            pgid="pgtrigger_delete_delete_51981",
                            table="tracking_patient",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="insert_insert",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "tracking_patienthistory" ("birth_date", "birth_year", "display_units", "id", "is_statistical", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "statistical_facts", "statistical_key", "uid", "user_id", "zone") VALUES (NEW."birth_date", NEW."birth_year", NEW."display_units", NEW."id", NEW."is_statistical", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."statistical_facts", NEW."statistical_key", NEW."uid", NEW."user_id", NEW."zone"); RETURN NULL;',
                            hash="9016bfae2548d64d69ea8245c12c0e007c854506",
                            operation="INSERT",
                            pgid="pgtrigger_insert_insert_e2656",
                            table="tracking_patient",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="revision",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="\n                    IF NEW.revision_xact <> pg_current_xact_id()::text::bigint THEN\n                        NEW.revision = NEW.revision + 1;\n                        NEW.revision_xact = pg_current_xact_id()::text::bigint;\n                    END IF;\n                    NEW.profile_revision = NEW.revision;\n                    RETURN NEW;\n                ",
                            hash="d3e4954342aebd99c4043813ed3c78ec551d0956",
                            operation='UPDATE OF "name", "birth_date", "birth_year", "zone", "display_units"',
                            pgid="pgtrigger_revision_ee1bc",
                            table="tracking_patient",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="revision_never_falls",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (NEW."revision" < (OLD."revision"))',
                            func="RAISE EXCEPTION 'the revision of patient % cannot fall from % to %', OLD.id, OLD.revision, NEW.revision;",
                            hash="ded90ee633278402f0f132d354bec9860ca6225c",
                            operation="UPDATE",
                            pgid="pgtrigger_revision_never_falls_17fd6",
                            table="tracking_patient",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="update_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."birth_date" IS DISTINCT FROM (NEW."birth_date") OR OLD."birth_year" IS DISTINCT FROM (NEW."birth_year") OR OLD."display_units" IS DISTINCT FROM (NEW."display_units") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."is_statistical" IS DISTINCT FROM (NEW."is_statistical") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."statistical_facts" IS DISTINCT FROM (NEW."statistical_facts") OR OLD."statistical_key" IS DISTINCT FROM (NEW."statistical_key") OR OLD."uid" IS DISTINCT FROM (NEW."uid") OR OLD."user_id" IS DISTINCT FROM (NEW."user_id") OR OLD."zone" IS DISTINCT FROM (NEW."zone"))',
                            func='INSERT INTO "tracking_patienthistory" ("birth_date", "birth_year", "display_units", "id", "is_statistical", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "statistical_facts", "statistical_key", "uid", "user_id", "zone") VALUES (NEW."birth_date", NEW."birth_year", NEW."display_units", NEW."id", NEW."is_statistical", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."statistical_facts", NEW."statistical_key", NEW."uid", NEW."user_id", NEW."zone"); RETURN NULL;',
                            hash="0d89b5b68fb4dac621c654c9ce910a7118e93896",
                            operation="UPDATE",
                            pgid="pgtrigger_update_update_84017",
                            table="tracking_patient",
                            when="AFTER",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Prescriber",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=tracking.models.base.new_uid, editable=False, unique=True)),
                ("is_active", models.BooleanField(default=True)),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="prescribers", to="tracking.clinic"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="prescriber_in", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("user", "clinic"), name="prescriber_once_per_clinic")],
            },
        ),
        migrations.CreateModel(
            name="SealedTable",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("table", models.CharField(max_length=63)),
                (
                    "columns",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=63),
                        help_text="what the digests are over, in this order",
                        size=None,
                    ),
                ),
                ("ids", django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                (
                    "owners",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(null=True), help_text="patient by patient; null: no man's", size=None
                    ),
                ),
                ("digests", django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=64), size=None)),
                (
                    "day",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="tables", to="tracking.sealedday"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("day", "table"), name="sealedtable_once_a_day")],
            },
        ),
        migrations.CreateModel(
            name="BasisPart",
            fields=[
                (
                    "uid",
                    models.UUIDField(
                        editable=False,
                        help_text="made of his uid and of the content",
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("content", models.JSONField(help_text="members of the basis by name (tracking.domain.basis_parts)")),
                (
                    "patient",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)s_rows",
                        to="tracking.patient",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("patient", "uid"), name="basispart_of_his")],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="c2a00b6e8d27ad8f8400d9558d9daa74d35ba760",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_0ff73",
                            table="tracking_basispart",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Evaluation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=tracking.models.base.new_uid, editable=False, unique=True)),
                ("revision", models.BigIntegerField(default=0, editable=False)),
                ("as_of", models.DateTimeField()),
                ("rulebook_version", models.CharField(max_length=64)),
                ("word", models.CharField(help_text="below, not below, cannot say, no current data", max_length=20)),
                ("state", models.CharField(help_text="current, superseded_by_change, stale, no_data", max_length=24)),
                ("tier", models.CharField(blank=True, default="", max_length=16)),
                ("best_tier", models.CharField(blank=True, default="", max_length=16)),
                ("worst_tier", models.CharField(blank=True, default="", max_length=16)),
                (
                    "priority",
                    models.PositiveSmallIntegerField(
                        blank=True, help_text="of the worst finding, 0 first; empty: none", null=True
                    ),
                ),
                (
                    "basis",
                    models.JSONField(
                        help_text="values, thresholds, rules, sentences: everything needed to read it years later"
                    ),
                ),
                (
                    "placed",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        help_text="the part of the basis that says where each result stands",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tracking.basispart",
                    ),
                ),
                (
                    "grounds",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        help_text="the part of the basis that says what the verdict rests on, and what follows",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tracking.basispart",
                    ),
                ),
                ("input_digest", models.CharField(max_length=64)),
                ("outcome_digest", models.CharField(max_length=64)),
                (
                    "next_change_at",
                    models.DateTimeField(blank=True, help_text="when time alone changes the outcome", null=True),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)s_rows",
                        to="tracking.patient",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [
                    models.Index(fields=["patient", "revision"], name="evaluation_revision"),
                    models.Index(fields=["patient", "-id"], name="evaluation_latest"),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="9691cae9ba86c9dd59f0485e643cb86f908ab3bf",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_48db4",
                            table="tracking_evaluation",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="revision",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.revision = trabecula_next_revision(NEW.patient_id); RETURN NEW;",
                            hash="81f09e261a25db8f9571a6292201b9cb9e341b07",
                            operation="INSERT OR UPDATE",
                            pgid="pgtrigger_revision_cd47f",
                            table="tracking_evaluation",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DexaScan",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=tracking.models.base.new_uid, editable=False, unique=True)),
                ("revision", models.BigIntegerField(default=0, editable=False)),
                ("client_id", models.CharField(default=tracking.models.base.new_client_id, max_length=36)),
                ("recorded_at", models.DateTimeField(help_text="when it was entered here")),
                ("recorded_by", models.CharField(help_text="the actor who entered it", max_length=64)),
                (
                    "source_system",
                    models.CharField(
                        blank=True, default="", help_text="where it came from, empty if typed here", max_length=64
                    ),
                ),
                ("source_id", models.CharField(blank=True, default="", help_text="its name there", max_length=128)),
                ("superseded_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_reason", models.CharField(blank=True, default="", max_length=200)),
                ("scanned_on", models.DateField()),
                ("facility", models.CharField(blank=True, default="", max_length=120)),
                (
                    "device",
                    models.CharField(
                        blank=True, default="", help_text="model and serial number; empty if not stated", max_length=120
                    ),
                ),
                (
                    "reference",
                    models.CharField(blank=True, default="", help_text="reference database behind the scores", max_length=120),
                ),
                ("confirmed_reason", models.CharField(blank=True, default="", max_length=200)),
                (
                    "supersedes",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="superseded_by",
                        to="tracking.dexascan",
                    ),
                ),
                (
                    "import_batch",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tracking.importbatch",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)s_rows",
                        to="tracking.patient",
                    ),
                ),
                (
                    "scanner_changed",
                    models.BooleanField(
                        db_default=False,
                        default=False,
                        help_text="the facility moved or replaced the scanner since the visit before",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [models.Index(fields=["patient", "revision"], name="dexascan_revision")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("superseded_at", None)),
                        fields=("patient", "client_id"),
                        name="dexascan_client_id_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            models.Q(("source_id", ""), _negated=True), ("superseded_at", None), ("withdrawn_at", None)
                        ),
                        fields=("patient", "source_system", "source_id"),
                        name="dexascan_source_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("client_id__regex", "^[A-Za-z0-9_.-]{1,36}$")), name="dexascan_client_id_form"
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="delete_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "tracking_dexascanhistory" ("client_id", "confirmed_reason", "device", "facility", "id", "import_batch_id", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "recorded_by", "reference", "scanned_on", "scanner_changed", "source_id", "source_system", "superseded_at", "supersedes_id", "uid", "withdrawn_at", "withdrawn_reason") VALUES (OLD."client_id", OLD."confirmed_reason", OLD."device", OLD."facility", OLD."id", OLD."import_batch_id", OLD."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."recorded_at", OLD."recorded_by", OLD."reference", OLD."scanned_on", OLD."scanner_changed", OLD."source_id", OLD."source_system", OLD."superseded_at", OLD."supersedes_id", OLD."uid", OLD."withdrawn_at", OLD."withdrawn_reason"); RETURN NULL;',
                            hash="0fdf70e89b7a7135ceb8379503a2c3fa05920cb6",
                            operation="DELETE",
                            pgid="pgtrigger_delete_delete_7dba2",
                            table="tracking_dexascan",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="insert_insert",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "tracking_dexascanhistory" ("client_id", "confirmed_reason", "device", "facility", "id", "import_batch_id", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "recorded_by", "reference", "scanned_on", "scanner_changed", "source_id", "source_system", "superseded_at", "supersedes_id", "uid", "withdrawn_at", "withdrawn_reason") VALUES (NEW."client_id", NEW."confirmed_reason", NEW."device", NEW."facility", NEW."id", NEW."import_batch_id", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."recorded_at", NEW."recorded_by", NEW."reference", NEW."scanned_on", NEW."scanner_changed", NEW."source_id", NEW."source_system", NEW."superseded_at", NEW."supersedes_id", NEW."uid", NEW."withdrawn_at", NEW."withdrawn_reason"); RETURN NULL;',
                            hash="1e33d9dffe3f61df200756655a78fa9f19670e1b",
                            operation="INSERT",
                            pgid="pgtrigger_insert_insert_d895a",
                            table="tracking_dexascan",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="revision",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.revision = trabecula_next_revision(NEW.patient_id); RETURN NEW;",
                            hash="75ad15871bd9b04aa34c1090476a9e297bbfeb42",
                            operation="INSERT OR UPDATE",
                            pgid="pgtrigger_revision_04be0",
                            table="tracking_dexascan",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="stated_once",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."patient_id" IS DISTINCT FROM (NEW."patient_id") OR OLD."uid" IS DISTINCT FROM (NEW."uid") OR OLD."client_id" IS DISTINCT FROM (NEW."client_id") OR OLD."recorded_at" IS DISTINCT FROM (NEW."recorded_at") OR OLD."recorded_by" IS DISTINCT FROM (NEW."recorded_by") OR OLD."source_system" IS DISTINCT FROM (NEW."source_system") OR OLD."source_id" IS DISTINCT FROM (NEW."source_id") OR OLD."import_batch_id" IS DISTINCT FROM (NEW."import_batch_id") OR OLD."supersedes_id" IS DISTINCT FROM (NEW."supersedes_id") OR OLD."scanned_on" IS DISTINCT FROM (NEW."scanned_on") OR OLD."facility" IS DISTINCT FROM (NEW."facility") OR OLD."device" IS DISTINCT FROM (NEW."device") OR OLD."reference" IS DISTINCT FROM (NEW."reference") OR OLD."scanner_changed" IS DISTINCT FROM (NEW."scanner_changed") OR OLD."confirmed_reason" IS DISTINCT FROM (NEW."confirmed_reason"))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="cafa7afbce7891cc982377022bece95a119812a7",
                            operation="UPDATE",
                            pgid="pgtrigger_stated_once_f9275",
                            table="tracking_dexascan",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="update_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."client_id" IS DISTINCT FROM (NEW."client_id") OR OLD."confirmed_reason" IS DISTINCT FROM (NEW."confirmed_reason") OR OLD."device" IS DISTINCT FROM (NEW."device") OR OLD."facility" IS DISTINCT FROM (NEW."facility") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."import_batch_id" IS DISTINCT FROM (NEW."import_batch_id") OR OLD."patient_id" IS DISTINCT FROM (NEW."patient_id") OR OLD."recorded_at" IS DISTINCT FROM (NEW."recorded_at") OR OLD."recorded_by" IS DISTINCT FROM (NEW."recorded_by") OR OLD."reference" IS DISTINCT FROM (NEW."reference") OR OLD."scanned_on" IS DISTINCT FROM (NEW."scanned_on") OR OLD."scanner_changed" IS DISTINCT FROM (NEW."scanner_changed") OR OLD."source_id" IS DISTINCT FROM (NEW."source_id") OR OLD."source_system" IS DISTINCT FROM (NEW."source_system") OR OLD."superseded_at" IS DISTINCT FROM (NEW."superseded_at") OR OLD."supersedes_id" IS DISTINCT FROM (NEW."supersedes_id") OR OLD."uid" IS DISTINCT FROM (NEW."uid") OR OLD."withdrawn_at" IS DISTINCT FROM (NEW."withdrawn_at") OR OLD."withdrawn_reason" IS DISTINCT FROM (NEW."withdrawn_reason"))',
                            func='INSERT INTO "tracking_dexascanhistory" ("client_id", "confirmed_reason", "device", "facility", "id", "import_batch_id", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "recorded_by", "reference", "scanned_on", "scanner_changed", "source_id", "source_system", "superseded_at", "supersedes_id", "uid", "withdrawn_at", "withdrawn_reason") VALUES (NEW."client_id", NEW."confirmed_reason", NEW."device", NEW."facility", NEW."id", NEW."import_batch_id", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."recorded_at", NEW."recorded_by", NEW."reference", NEW."scanned_on", NEW."scanner_changed", NEW."source_id", NEW."source_system", NEW."superseded_at", NEW."supersedes_id", NEW."uid", NEW."withdrawn_at", NEW."withdrawn_reason"); RETURN NULL;',
                            hash="c12b3a28842fac846903789b83472b5860dae48a",
                            operation="UPDATE",
                            pgid="pgtrigger_update_update_ffe26",
                            table="tracking_dexascan",
                            when="AFTER",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Fracture",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=tracking.models.base.new_uid, editable=False, unique=True)),
                ("revision", models.BigIntegerField(default=0, editable=False)),
                ("client_id", models.CharField(default=tracking.models.base.new_client_id, max_length=36)),
                ("recorded_at", models.DateTimeField(help_text="when it was entered here")),
                ("recorded_by", models.CharField(help_text="the actor who entered it", max_length=64)),
                (
                    "source_system",
                    models.CharField(
                        blank=True, default="", help_text="where it came from, empty if typed here", max_length=64
                    ),
                ),
                ("source_id", models.CharField(blank=True, default="", help_text="its name there", max_length=128)),
                ("superseded_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_reason", models.CharField(blank=True, default="", max_length=200)),
                (
                    "at",
                    models.DateTimeField(help_text="UTC instant; with a coarser precision the start of that span in the zone"),
                ),
                (
                    "precision",
                    models.CharField(
                        choices=[
                            ("minute", "minute"),
                            ("day", "day"),
                            ("month", "month"),
                            ("year", "year"),
                            ("unknown", "unknown"),
                        ],
                        max_length=8,
                    ),
                ),
                ("zone", models.CharField(help_text="IANA time zone", max_length=64)),
                ("site", models.CharField(max_length=40)),
                (
                    "fragility",
                    models.BooleanField(blank=True, help_text="from standing height or less; empty: not stated", null=True),
                ),
                (
                    "supersedes",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="superseded_by",
                        to="tracking.fracture",
                    ),
                ),
                (
                    "import_batch",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tracking.importbatch",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)s_rows",
                        to="tracking.patient",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [models.Index(fields=["patient", "revision"], name="fracture_revision")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("superseded_at", None)),
                        fields=("patient", "client_id"),
                        name="fracture_client_id_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            models.Q(("source_id", ""), _negated=True), ("superseded_at", None), ("withdrawn_at", None)
                        ),
                        fields=("patient", "source_system", "source_id"),
                        name="fracture_source_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("client_id__regex", "^[A-Za-z0-9_.-]{1,36}$")), name="fracture_client_id_form"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "precision__in",
                                [
                                    tracking.domain.reported.Precision["MINUTE"],
                                    tracking.domain.reported.Precision["DAY"],
                                    tracking.domain.reported.Precision["MONTH"],
                                    tracking.domain.reported.Precision["YEAR"],
                                    tracking.domain.reported.Precision["UNKNOWN"],
                                ],
                            )
                        ),
                        name="fracture_precision_known",
                    ),
                    models.CheckConstraint(condition=models.Q(("zone", ""), _negated=True), name="fracture_zone_stated"),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="delete_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "tracking_fracturehistory" ("at", "client_id", "fragility", "id", "import_batch_id", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "precision", "recorded_at", "recorded_by", "site", "source_id", "source_system", "superseded_at", "supersedes_id", "uid", "withdrawn_at", "withdrawn_reason", "zone") VALUES (OLD."at", OLD."client_id", OLD."fragility", OLD."id", OLD."import_batch_id", OLD."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."precision", OLD."recorded_at", OLD."recorded_by", OLD."site", OLD."source_id", OLD."source_system", OLD."superseded_at", OLD."supersedes_id", OLD."uid", OLD."withdrawn_at", OLD."withdrawn_reason", OLD."zone"); RETURN NULL;',
                            hash="c33e42370adc6b2283a2883bc44db9bfd73af559",
                            operation="DELETE",
                            pgid="pgtrigger_delete_delete_f70e2",
                            table="tracking_fracture",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="insert_insert",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "tracking_fracturehistory" ("at", "client_id", "fragility", "id", "import_batch_id", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "precision", "recorded_at", "recorded_by", "site", "source_id", "source_system", "superseded_at", "supersedes_id", "uid", "withdrawn_at", "withdrawn_reason", "zone") VALUES (NEW."at", NEW."client_id", NEW."fragility", NEW."id", NEW."import_batch_id", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."precision", NEW."recorded_at", NEW."recorded_by", NEW."site", NEW."source_id", NEW."source_system", NEW."superseded_at", NEW."supersedes_id", NEW."uid", NEW."withdrawn_at", NEW."withdrawn_reason", NEW."zone"); RETURN NULL;',
                            hash="2660b10b745ee0ee266f06597efb04fc5dd2492c",
                            operation="INSERT",
                            pgid="pgtrigger_insert_insert_a7706",
                            table="tracking_fracture",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="revision",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.revision = trabecula_next_revision(NEW.patient_id); RETURN NEW;",
                            hash="09fdbbe92bf49d1ebc3d0052132ab399e6650f9a",
                            operation="INSERT OR UPDATE",
                            pgid="pgtrigger_revision_c1787",
                            table="tracking_fracture",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="stated_once",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."patient_id" IS DISTINCT FROM (NEW."patient_id") OR OLD."uid" IS DISTINCT FROM (NEW."uid") OR OLD."client_id" IS DISTINCT FROM (NEW."client_id") OR OLD."recorded_at" IS DISTINCT FROM (NEW."recorded_at") OR OLD."recorded_by" IS DISTINCT FROM (NEW."recorded_by") OR OLD."source_system" IS DISTINCT FROM (NEW."source_system") OR OLD."source_id" IS DISTINCT FROM (NEW."source_id") OR OLD."import_batch_id" IS DISTINCT FROM (NEW."import_batch_id") OR OLD."supersedes_id" IS DISTINCT FROM (NEW."supersedes_id") OR OLD."at" IS DISTINCT FROM (NEW."at") OR OLD."precision" IS DISTINCT FROM (NEW."precision") OR OLD."zone" IS DISTINCT FROM (NEW."zone") OR OLD."site" IS DISTINCT FROM (NEW."site") OR OLD."fragility" IS DISTINCT FROM (NEW."fragility"))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="0e25645205f92407ac2a781f64f11e103a0b53bb",
                            operation="UPDATE",
                            pgid="pgtrigger_stated_once_7c9a1",
                            table="tracking_fracture",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="update_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."at" IS DISTINCT FROM (NEW."at") OR OLD."client_id" IS DISTINCT FROM (NEW."client_id") OR OLD."fragility" IS DISTINCT FROM (NEW."fragility") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."import_batch_id" IS DISTINCT FROM (NEW."import_batch_id") OR OLD."patient_id" IS DISTINCT FROM (NEW."patient_id") OR OLD."precision" IS DISTINCT FROM (NEW."precision") OR OLD."recorded_at" IS DISTINCT FROM (NEW."recorded_at") OR OLD."recorded_by" IS DISTINCT FROM (NEW."recorded_by") OR OLD."site" IS DISTINCT FROM (NEW."site") OR OLD."source_id" IS DISTINCT FROM (NEW."source_id") OR OLD."source_system" IS DISTINCT FROM (NEW."source_system") OR OLD."superseded_at" IS DISTINCT FROM (NEW."superseded_at") OR OLD."supersedes_id" IS DISTINCT FROM (NEW."supersedes_id") OR OLD."uid" IS DISTINCT FROM (NEW."uid") OR OLD."withdrawn_at" IS DISTINCT FROM (NEW."withdrawn_at") OR OLD."withdrawn_reason" IS DISTINCT FROM (NEW."withdrawn_reason") OR OLD."zone" IS DISTINCT FROM (NEW."zone"))',
                            func='INSERT INTO "tracking_fracturehistory" ("at", "client_id", "fragility", "id", "import_batch_id", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "precision", "recorded_at", "recorded_by", "site", "source_id", "source_system", "superseded_at", "supersedes_id", "uid", "withdrawn_at", "withdrawn_reason", "zone") VALUES (NEW."at", NEW."client_id", NEW."fragility", NEW."id", NEW."import_batch_id", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."precision", NEW."recorded_at", NEW."recorded_by", NEW."site", NEW."source_id", NEW."source_system", NEW."superseded_at", NEW."supersedes_id", NEW."uid", NEW."withdrawn_at", NEW."withdrawn_reason", NEW."zone"); RETURN NULL;',
                            hash="a6125f3f20efc4bafc80006cec7c69353f092370",
                            operation="UPDATE",
                            pgid="pgtrigger_update_update_d8868",
                            table="tracking_fracture",
                            when="AFTER",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LabResult",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=tracking.models.base.new_uid, editable=False, unique=True)),
                ("revision", models.BigIntegerField(default=0, editable=False)),
                ("client_id", models.CharField(default=tracking.models.base.new_client_id, max_length=36)),
                ("recorded_at", models.DateTimeField(help_text="when it was entered here")),
                ("recorded_by", models.CharField(help_text="the actor who entered it", max_length=64)),
                (
                    "source_system",
                    models.CharField(
                        blank=True, default="", help_text="where it came from, empty if typed here", max_length=64
                    ),
                ),
                ("source_id", models.CharField(blank=True, default="", help_text="its name there", max_length=128)),
                ("superseded_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_reason", models.CharField(blank=True, default="", max_length=200)),
                (
                    "at",
                    models.DateTimeField(help_text="UTC instant; with a coarser precision the start of that span in the zone"),
                ),
                (
                    "precision",
                    models.CharField(
                        choices=[
                            ("minute", "minute"),
                            ("day", "day"),
                            ("month", "month"),
                            ("year", "year"),
                            ("unknown", "unknown"),
                        ],
                        max_length=8,
                    ),
                ),
                ("zone", models.CharField(help_text="IANA time zone", max_length=64)),
                ("analyte", models.CharField(max_length=40)),
                ("comparator", models.CharField(blank=True, default="", max_length=2)),
                ("digits", models.CharField(help_text="as typed or transmitted: 5.10 stays 5.10", max_length=24)),
                ("unit", models.CharField(help_text="UCUM code", max_length=40)),
                (
                    "number",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.comparison.Cast(
                            "digits", models.DecimalField(decimal_places=9, max_digits=21)
                        ),
                        output_field=models.DecimalField(decimal_places=9, max_digits=21),
                    ),
                ),
                ("method", models.CharField(default=tracking.domain.reported.Method["UNKNOWN"], max_length=12)),
                ("method_evidence", models.CharField(default=tracking.domain.reported.MethodEvidence["NONE"], max_length=20)),
                ("laboratory", models.CharField(blank=True, default="", max_length=120)),
                (
                    "range_low",
                    models.CharField(
                        blank=True, default="", help_text="the laboratory's range, in the unit of the value", max_length=24
                    ),
                ),
                ("range_high", models.CharField(blank=True, default="", max_length=24)),
                (
                    "lloq",
                    models.CharField(
                        blank=True, default="", help_text="lower limit of quantitation, in the unit of the value", max_length=24
                    ),
                ),
                (
                    "confirmed_reason",
                    models.CharField(blank=True, default="", help_text="why an unusual value is right", max_length=200),
                ),
                (
                    "import_batch",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tracking.importbatch",
                    ),
                ),
                (
                    "supersedes",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="superseded_by",
                        to="tracking.labresult",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)s_rows",
                        to="tracking.patient",
                    ),
                ),
                (
                    "biotin",
                    models.BooleanField(
                        blank=True,
                        help_text="biotin of 5 mg a day or more in the 72 hours before; null where nobody asked",
                        null=True,
                    ),
                ),
                ("fasting", models.BooleanField(blank=True, help_text="drawn fasting; null where nobody asked", null=True)),
                (
                    "unit_confirmed",
                    models.BooleanField(
                        db_default=False, default=False, help_text="somebody looked at the report, and it states this unit"
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [
                    models.Index(fields=["patient", "revision"], name="labresult_revision"),
                    models.Index(
                        condition=models.Q(("superseded_at", None), ("withdrawn_at", None)),
                        fields=["patient", "analyte", "-at"],
                        name="labresult_series",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("superseded_at", None)),
                        fields=("patient", "client_id"),
                        name="labresult_client_id_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            models.Q(("source_id", ""), _negated=True), ("superseded_at", None), ("withdrawn_at", None)
                        ),
                        fields=("patient", "source_system", "source_id"),
                        name="labresult_source_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("client_id__regex", "^[A-Za-z0-9_.-]{1,36}$")), name="labresult_client_id_form"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "precision__in",
                                [
                                    tracking.domain.reported.Precision["MINUTE"],
                                    tracking.domain.reported.Precision["DAY"],
                                    tracking.domain.reported.Precision["MONTH"],
                                    tracking.domain.reported.Precision["YEAR"],
                                    tracking.domain.reported.Precision["UNKNOWN"],
                                ],
                            )
                        ),
                        name="labresult_precision_known",
                    ),
                    models.CheckConstraint(condition=models.Q(("zone", ""), _negated=True), name="labresult_zone_stated"),
                    models.CheckConstraint(
                        condition=models.Q(("digits__regex", "^[0-9]{1,12}(\\.[0-9]{1,9})?$")),
                        name="labresult_digits_are_a_number",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "comparator__in",
                                [
                                    tracking.domain.reported.Comparator["EQUAL"],
                                    tracking.domain.reported.Comparator["LESS"],
                                    tracking.domain.reported.Comparator["AT_MOST"],
                                    tracking.domain.reported.Comparator["GREATER"],
                                    tracking.domain.reported.Comparator["AT_LEAST"],
                                ],
                            )
                        ),
                        name="labresult_comparator_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(models.Q(("unit", ""), _negated=True), models.Q(("analyte", ""), _negated=True)),
                        name="labresult_unit_and_analyte_stated",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "method__in",
                                [
                                    tracking.domain.reported.Method["LCMSMS"],
                                    tracking.domain.reported.Method["GCMS"],
                                    tracking.domain.reported.Method["IMMUNOASSAY"],
                                    tracking.domain.reported.Method["UNKNOWN"],
                                ],
                            ),
                            (
                                "method_evidence__in",
                                [
                                    tracking.domain.reported.MethodEvidence["LAB_MESSAGE"],
                                    tracking.domain.reported.MethodEvidence["LAB_TEST_CODE"],
                                    tracking.domain.reported.MethodEvidence["STAFF_VERIFIED"],
                                    tracking.domain.reported.MethodEvidence["SOURCE_DOCUMENTED"],
                                    tracking.domain.reported.MethodEvidence["SELF_DECLARED"],
                                    tracking.domain.reported.MethodEvidence["NONE"],
                                ],
                            ),
                        ),
                        name="labresult_assay_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("range_low", ""), ("range_low__regex", "^[0-9]{1,12}(\\.[0-9]{1,9})?$"), _connector="OR"
                        ),
                        name="labresult_range_low_number",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("range_high", ""), ("range_high__regex", "^[0-9]{1,12}(\\.[0-9]{1,9})?$"), _connector="OR"
                        ),
                        name="labresult_range_high_number",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("lloq", ""), ("lloq__regex", "^[0-9]{1,12}(\\.[0-9]{1,9})?$"), _connector="OR"),
                        name="labresult_lloq_number",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="delete_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "tracking_labresulthistory" ("analyte", "at", "biotin", "client_id", "comparator", "confirmed_reason", "digits", "fasting", "id", "import_batch_id", "laboratory", "lloq", "method", "method_evidence", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "precision", "range_high", "range_low", "recorded_at", "recorded_by", "source_id", "source_system", "superseded_at", "supersedes_id", "uid", "unit", "unit_confirmed", "withdrawn_at", "withdrawn_reason", "zone") VALUES (OLD."analyte", OLD."at", OLD."biotin", OLD."client_id", OLD."comparator", OLD."confirmed_reason", OLD."digits", OLD."fasting", OLD."id", OLD."import_batch_id", OLD."laboratory", OLD."lloq", OLD."method", OLD."method_evidence", OLD."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."precision", OLD."range_high", OLD."range_low", OLD."recorded_at", OLD."recorded_by", OLD."source_id", OLD."source_system", OLD."superseded_at", OLD."supersedes_id", OLD."uid", OLD."unit", OLD."unit_confirmed", OLD."withdrawn_at", OLD."withdrawn_reason", OLD."zone"); RETURN NULL;',
                            hash="b9f47adebfad8d1d92667d8f0d012e027538951a",
                            operation="DELETE",
                            pgid="pgtrigger_delete_delete_f3400",
                            table="tracking_labresult",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="insert_insert",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "tracking_labresulthistory" ("analyte", "at", "biotin", "client_id", "comparator", "confirmed_reason", "digits", "fasting", "id", "import_batch_id", "laboratory", "lloq", "method", "method_evidence", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "precision", "range_high", "range_low", "recorded_at", "recorded_by", "source_id", "source_system", "superseded_at", "supersedes_id", "uid", "unit", "unit_confirmed", "withdrawn_at", "withdrawn_reason", "zone") VALUES (NEW."analyte", NEW."at", NEW."biotin", NEW."client_id", NEW."comparator", NEW."confirmed_reason", NEW."digits", NEW."fasting", NEW."id", NEW."import_batch_id", NEW."laboratory", NEW."lloq", NEW."method", NEW."method_evidence", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."precision", NEW."range_high", NEW."range_low", NEW."recorded_at", NEW."recorded_by", NEW."source_id", NEW."source_system", NEW."superseded_at", NEW."supersedes_id", NEW."uid", NEW."unit", NEW."unit_confirmed", NEW."withdrawn_at", NEW."withdrawn_reason", NEW."zone"); RETURN NULL;',
                            hash="4c4fe56c4b6be98152b40cd60bd0d97bd7d30fce",
                            operation="INSERT",
                            pgid="pgtrigger_insert_insert_b91e1",
                            table="tracking_labresult",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="revision",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.revision = trabecula_next_revision(NEW.patient_id); RETURN NEW;",
                            hash="2370f0218dcf73a073a03b57157951aae47c5438",
                            operation="INSERT OR UPDATE",
                            pgid="pgtrigger_revision_7f27f",
                            table="tracking_labresult",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="stated_once",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."patient_id" IS DISTINCT FROM (NEW."patient_id") OR OLD."uid" IS DISTINCT FROM (NEW."uid") OR OLD."client_id" IS DISTINCT FROM (NEW."client_id") OR OLD."recorded_at" IS DISTINCT FROM (NEW."recorded_at") OR OLD."recorded_by" IS DISTINCT FROM (NEW."recorded_by") OR OLD."source_system" IS DISTINCT FROM (NEW."source_system") OR OLD."source_id" IS DISTINCT FROM (NEW."source_id") OR OLD."import_batch_id" IS DISTINCT FROM (NEW."import_batch_id") OR OLD."supersedes_id" IS DISTINCT FROM (NEW."supersedes_id") OR OLD."at" IS DISTINCT FROM (NEW."at") OR OLD."precision" IS DISTINCT FROM (NEW."precision") OR OLD."zone" IS DISTINCT FROM (NEW."zone") OR OLD."analyte" IS DISTINCT FROM (NEW."analyte") OR OLD."comparator" IS DISTINCT FROM (NEW."comparator") OR OLD."digits" IS DISTINCT FROM (NEW."digits") OR OLD."unit" IS DISTINCT FROM (NEW."unit") OR OLD."method" IS DISTINCT FROM (NEW."method") OR OLD."method_evidence" IS DISTINCT FROM (NEW."method_evidence") OR OLD."laboratory" IS DISTINCT FROM (NEW."laboratory") OR OLD."range_low" IS DISTINCT FROM (NEW."range_low") OR OLD."range_high" IS DISTINCT FROM (NEW."range_high") OR OLD."lloq" IS DISTINCT FROM (NEW."lloq") OR OLD."confirmed_reason" IS DISTINCT FROM (NEW."confirmed_reason") OR OLD."unit_confirmed" IS DISTINCT FROM (NEW."unit_confirmed") OR OLD."biotin" IS DISTINCT FROM (NEW."biotin") OR OLD."fasting" IS DISTINCT FROM (NEW."fasting"))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="680260c1883de173610ded06b780e8f09ad3fbb9",
                            operation="UPDATE",
                            pgid="pgtrigger_stated_once_2de71",
                            table="tracking_labresult",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="update_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."analyte" IS DISTINCT FROM (NEW."analyte") OR OLD."at" IS DISTINCT FROM (NEW."at") OR OLD."biotin" IS DISTINCT FROM (NEW."biotin") OR OLD."client_id" IS DISTINCT FROM (NEW."client_id") OR OLD."comparator" IS DISTINCT FROM (NEW."comparator") OR OLD."confirmed_reason" IS DISTINCT FROM (NEW."confirmed_reason") OR OLD."digits" IS DISTINCT FROM (NEW."digits") OR OLD."fasting" IS DISTINCT FROM (NEW."fasting") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."import_batch_id" IS DISTINCT FROM (NEW."import_batch_id") OR OLD."laboratory" IS DISTINCT FROM (NEW."laboratory") OR OLD."lloq" IS DISTINCT FROM (NEW."lloq") OR OLD."method" IS DISTINCT FROM (NEW."method") OR OLD."method_evidence" IS DISTINCT FROM (NEW."method_evidence") OR OLD."patient_id" IS DISTINCT FROM (NEW."patient_id") OR OLD."precision" IS DISTINCT FROM (NEW."precision") OR OLD."range_high" IS DISTINCT FROM (NEW."range_high") OR OLD."range_low" IS DISTINCT FROM (NEW."range_low") OR OLD."recorded_at" IS DISTINCT FROM (NEW."recorded_at") OR OLD."recorded_by" IS DISTINCT FROM (NEW."recorded_by") OR OLD."source_id" IS DISTINCT FROM (NEW."source_id") OR OLD."source_system" IS DISTINCT FROM (NEW."source_system") OR OLD."superseded_at" IS DISTINCT FROM (NEW."superseded_at") OR OLD."supersedes_id" IS DISTINCT FROM (NEW."supersedes_id") OR OLD."uid" IS DISTINCT FROM (NEW."uid") OR OLD."unit" IS DISTINCT FROM (NEW."unit") OR OLD."unit_confirmed" IS DISTINCT FROM (NEW."unit_confirmed") OR OLD."withdrawn_at" IS DISTINCT FROM (NEW."withdrawn_at") OR OLD."withdrawn_reason" IS DISTINCT FROM (NEW."withdrawn_reason") OR OLD."zone" IS DISTINCT FROM (NEW."zone"))',
                            func='INSERT INTO "tracking_labresulthistory" ("analyte", "at", "biotin", "client_id", "comparator", "confirmed_reason", "digits", "fasting", "id", "import_batch_id", "laboratory", "lloq", "method", "method_evidence", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "precision", "range_high", "range_low", "recorded_at", "recorded_by", "source_id", "source_system", "superseded_at", "supersedes_id", "uid", "unit", "unit_confirmed", "withdrawn_at", "withdrawn_reason", "zone") VALUES (NEW."analyte", NEW."at", NEW."biotin", NEW."client_id", NEW."comparator", NEW."confirmed_reason", NEW."digits", NEW."fasting", NEW."id", NEW."import_batch_id", NEW."laboratory", NEW."lloq", NEW."method", NEW."method_evidence", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."precision", NEW."range_high", NEW."range_low", NEW."recorded_at", NEW."recorded_by", NEW."source_id", NEW."source_system", NEW."superseded_at", NEW."supersedes_id", NEW."uid", NEW."unit", NEW."unit_confirmed", NEW."withdrawn_at", NEW."withdrawn_reason", NEW."zone"); RETURN NULL;',
                            hash="3443ca3786be04b5e453247d85ad959885acd177",
                            operation="UPDATE",
                            pgid="pgtrigger_update_update_2ba9b",
                            table="tracking_labresult",
                            when="AFTER",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DueItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=tracking.models.base.new_uid, editable=False, unique=True)),
                ("revision", models.BigIntegerField(default=0, editable=False)),
                ("kind", models.CharField(max_length=24)),
                ("anchor", models.CharField(help_text="the event it answers to", max_length=120)),
                ("rule", models.CharField(max_length=60)),
                ("reason", models.CharField(help_text="in words, for the prescriber", max_length=400)),
                ("opens_on", models.DateField()),
                ("due_on", models.DateField()),
                ("overdue_on", models.DateField()),
                (
                    "earliest_answer_on",
                    models.DateField(blank=True, help_text="an earlier draw or scan does not answer it", null=True),
                ),
                ("zone", models.CharField(max_length=64)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("answered", "Answered"),
                            ("answered_not_usable", "Not Usable"),
                            ("superseded", "Superseded"),
                        ],
                        default="open",
                        max_length=20,
                    ),
                ),
                ("answered_by", models.CharField(blank=True, default="", max_length=64)),
                ("priority", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("time_critical", models.BooleanField(default=False)),
                (
                    "resend_after_days",
                    models.PositiveSmallIntegerField(help_text="a due date moved by more than this is announced anew"),
                ),
                ("version", models.PositiveIntegerField(default=1)),
                ("announced_version", models.PositiveIntegerField(default=0)),
                (
                    "patient",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)s_rows",
                        to="tracking.patient",
                    ),
                ),
                (
                    "audience",
                    models.CharField(
                        choices=[("man", "Man"), ("clinic", "Clinic")],
                        db_default="man",
                        default="man",
                        help_text="who is asked",
                        max_length=8,
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [
                    models.Index(fields=["patient", "revision"], name="dueitem_revision"),
                    models.Index(condition=models.Q(("state", "open")), fields=["patient", "due_on"], name="dueitem_open"),
                    models.Index(
                        condition=models.Q(("announced_version__lt", models.F("version"))),
                        fields=["patient", "id"],
                        name="dueitem_unannounced",
                    ),
                    models.Index(condition=models.Q(("state", "open")), fields=["kind", "overdue_on"], name="dueitem_overdue"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("patient", "kind", "anchor"), name="dueitem_once_per_event"),
                    models.CheckConstraint(
                        condition=models.Q(("due_on__lte", models.F("overdue_on")), ("opens_on__lte", models.F("due_on"))),
                        name="dueitem_window_in_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["open", "answered", "answered_not_usable", "superseded"])),
                        name="dueitem_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("audience__in", ["man", "clinic"])), name="dueitem_audience_known"
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="revision",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.revision = trabecula_next_revision(NEW.patient_id); RETURN NEW;",
                            hash="190666130b07869ab13be44eea384b73856fec09",
                            operation='INSERT OR UPDATE OF "version", "answered_by", "reason", "rule"',
                            pgid="pgtrigger_revision_07633",
                            table="tracking_dueitem",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="AccessEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=tracking.models.base.new_uid, editable=False, unique=True)),
                ("revision", models.BigIntegerField(default=0, editable=False)),
                ("at", models.DateTimeField()),
                ("through", models.CharField(help_text="api, admin, token", max_length=20)),
                ("what", models.CharField(help_text="the first thing opened in this visit", max_length=80)),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)s_rows",
                        to="tracking.patient",
                    ),
                ),
                ("token_uid", models.UUIDField(blank=True, null=True)),
            ],
            options={
                "abstract": False,
                "indexes": [
                    models.Index(fields=["patient", "revision"], name="accessevent_revision"),
                    models.Index(fields=["patient", "user", "-at"], name="accessevent_visit"),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="d8671e475f24a6874b5d41c62b018e45e9c80e50",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_44c34",
                            table="tracking_accessevent",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="revision",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.revision = trabecula_next_revision(NEW.patient_id); RETURN NEW;",
                            hash="fdbcf34d1e2fa74b490ff3844bb5aa6a6e75b12c",
                            operation="INSERT OR UPDATE",
                            pgid="pgtrigger_revision_a3a5b",
                            table="tracking_accessevent",
                            when="BEFORE",
                        ),
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("token_uid", None), ("user__isnull", False)),
                            models.Q(("token_uid__isnull", False), ("user", None)),
                            _connector="OR",
                        ),
                        name="accessevent_by_one",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PatientHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                ("uid", models.UUIDField(default=tracking.models.base.new_uid, editable=False)),
                ("name", models.CharField(blank=True, default="", max_length=200)),
                ("birth_date", models.DateField(blank=True, null=True)),
                (
                    "birth_year",
                    models.PositiveSmallIntegerField(blank=True, help_text="where only the year is known", null=True),
                ),
                ("zone", models.CharField(help_text="IANA time zone", max_length=64)),
                ("is_statistical", models.BooleanField(default=False)),
                ("statistical_key", models.CharField(blank=True, default="", help_text="its key in the survey", max_length=64)),
                (
                    "statistical_facts",
                    models.JSONField(blank=True, default=dict, help_text="what else the survey says, in its own words"),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="history",
                        related_query_name="history_of",
                        to="tracking.patient",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "display_units",
                    models.JSONField(
                        blank=True,
                        db_default={},
                        default=dict,
                        help_text="by analyte, the unit that he reads it in beside the reported one",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [models.Index(fields=["id", "pgh_id"], name="tracking_pa_id_e05707_idx")],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="9a348c427f850db57e23ca972c0138ea1ac6a0e9",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_c4a97",
                            table="tracking_patienthistory",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CareRelationship",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=tracking.models.base.new_uid, editable=False, unique=True)),
                ("revision", models.BigIntegerField(default=0, editable=False)),
                ("scope", models.JSONField(default=list, help_text="categories he shares; empty means all")),
                ("granted_at", models.DateTimeField()),
                ("granted_by", models.CharField(max_length=64)),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                ("revoked_by", models.CharField(blank=True, default="", max_length=64)),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="care_relationships", to="tracking.clinic"
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)s_rows",
                        to="tracking.patient",
                    ),
                ),
                (
                    "lead",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="leads",
                        to="tracking.prescriber",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [models.Index(fields=["patient", "revision"], name="carerelationship_revision")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("revoked_at", None)),
                        fields=("patient", "clinic"),
                        name="carerelationship_one_active_per_clinic",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("revoked_at", None), ("revoked_at__gte", models.F("granted_at")), _connector="OR"),
                        name="carerelationship_ends_after_it_began",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("scope__contained_by", ["labs", "doses", "scans", "symptoms", "conclusions"]),
                            models.Q(
                                models.Q(("scope__contains", ["conclusions"]), _negated=True),
                                ("scope__contains", ["labs", "doses", "scans", "symptoms", "conclusions"]),
                                _connector="OR",
                            ),
                        ),
                        name="carerelationship_scope_known",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="delete_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "tracking_carerelationshiphistory" ("clinic_id", "granted_at", "granted_by", "id", "lead_id", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "revoked_at", "revoked_by", "scope", "uid") VALUES (OLD."clinic_id", OLD."granted_at", OLD."granted_by", OLD."id", OLD."lead_id", OLD."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."revoked_at", OLD."revoked_by", OLD."scope", OLD."uid"); RETURN NULL;',
                            hash="8cdb082ae9bc0363591b4e2355c79353bb4cae3d",
                            operation="DELETE",
                            pgid="pgtrigger_delete_delete_bd46a",
                            table="tracking_carerelationship",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="insert_insert",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "tracking_carerelationshiphistory" ("clinic_id", "granted_at", "granted_by", "id", "lead_id", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "revoked_at", "revoked_by", "scope", "uid") VALUES (NEW."clinic_id", NEW."granted_at", NEW."granted_by", NEW."id", NEW."lead_id", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."revoked_at", NEW."revoked_by", NEW."scope", NEW."uid"); RETURN NULL;',
                            hash="bb74983b6a4c1a050326722e28da19c37e7cce39",
                            operation="INSERT",
                            pgid="pgtrigger_insert_insert_b3074",
                            table="tracking_carerelationship",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="revision",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.revision = trabecula_next_revision(NEW.patient_id); RETURN NEW;",
                            hash="cfe39387b2c77dcdc695493455bcc87ae9cfa4da",
                            operation="INSERT OR UPDATE",
                            pgid="pgtrigger_revision_e17e0",
                            table="tracking_carerelationship",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="update_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."clinic_id" IS DISTINCT FROM (NEW."clinic_id") OR OLD."granted_at" IS DISTINCT FROM (NEW."granted_at") OR OLD."granted_by" IS DISTINCT FROM (NEW."granted_by") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."lead_id" IS DISTINCT FROM (NEW."lead_id") OR OLD."patient_id" IS DISTINCT FROM (NEW."patient_id") OR OLD."revoked_at" IS DISTINCT FROM (NEW."revoked_at") OR OLD."revoked_by" IS DISTINCT FROM (NEW."revoked_by") OR OLD."scope" IS DISTINCT FROM (NEW."scope") OR OLD."uid" IS DISTINCT FROM (NEW."uid"))',
                            func='INSERT INTO "tracking_carerelationshiphistory" ("clinic_id", "granted_at", "granted_by", "id", "lead_id", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "revoked_at", "revoked_by", "scope", "uid") VALUES (NEW."clinic_id", NEW."granted_at", NEW."granted_by", NEW."id", NEW."lead_id", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."revoked_at", NEW."revoked_by", NEW."scope", NEW."uid"); RETURN NULL;',
                            hash="ec2e2825d1fd51eba2176117a40606ae24ad32f6",
                            operation="UPDATE",
                            pgid="pgtrigger_update_update_51810",
                            table="tracking_carerelationship",
                            when="AFTER",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Regimen",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=tracking.models.base.new_uid, editable=False, unique=True)),
                ("revision", models.BigIntegerField(default=0, editable=False)),
                ("client_id", models.CharField(default=tracking.models.base.new_client_id, max_length=36)),
                ("recorded_at", models.DateTimeField(help_text="when it was entered here")),
                ("recorded_by", models.CharField(help_text="the actor who entered it", max_length=64)),
                (
                    "source_system",
                    models.CharField(
                        blank=True, default="", help_text="where it came from, empty if typed here", max_length=64
                    ),
                ),
                ("source_id", models.CharField(blank=True, default="", help_text="its name there", max_length=128)),
                ("superseded_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_reason", models.CharField(blank=True, default="", max_length=200)),
                ("drug", models.CharField(max_length=40)),
                (
                    "dose_digits",
                    models.CharField(
                        help_text="one dose of the product, as written; where they differ, the largest", max_length=24
                    ),
                ),
                ("schedule", models.JSONField()),
                ("origin", models.CharField(choices=[("prescribed", "prescribed"), ("self", "self")], max_length=10)),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField(blank=True, help_text="the first day on which it no longer holds", null=True)),
                ("zone", models.CharField(max_length=64)),
                ("reason", models.CharField(blank=True, default="", help_text="why it was started or changed", max_length=200)),
                ("end_reason", models.CharField(blank=True, default="", max_length=200)),
                ("review_on", models.DateField(blank=True, help_text="planned review", null=True)),
                ("confirmed_reason", models.CharField(blank=True, default="", max_length=200)),
                (
                    "import_batch",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tracking.importbatch",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)s_rows",
                        to="tracking.patient",
                    ),
                ),
                (
                    "previous",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="next_versions",
                        to="tracking.regimen",
                    ),
                ),
                (
                    "supersedes",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="superseded_by",
                        to="tracking.regimen",
                    ),
                ),
                ("dose_unit", models.CharField(db_default="mg", default="mg", max_length=8)),
                (
                    "strength_digits",
                    models.CharField(
                        blank=True,
                        db_default="",
                        default="",
                        help_text="of one tablet, in the unit of the dose; empty: not stated",
                        max_length=24,
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [models.Index(fields=["patient", "revision"], name="regimen_revision")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("superseded_at", None)),
                        fields=("patient", "client_id"),
                        name="regimen_client_id_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            models.Q(("source_id", ""), _negated=True), ("superseded_at", None), ("withdrawn_at", None)
                        ),
                        fields=("patient", "source_system", "source_id"),
                        name="regimen_source_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("client_id__regex", "^[A-Za-z0-9_.-]{1,36}$")), name="regimen_client_id_form"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("dose_digits__regex", "^[0-9]{1,12}(\\.[0-9]{1,9})?$")),
                        name="regimen_dose_is_a_number",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "origin__in",
                                [tracking.domain.history.Origin["PRESCRIBED"], tracking.domain.history.Origin["SELF"]],
                            )
                        ),
                        name="regimen_origin_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(models.Q(("zone", ""), _negated=True), models.Q(("drug", ""), _negated=True)),
                        name="regimen_zone_and_drug_stated",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ends_on", None), ("ends_on__gte", models.F("starts_on")), _connector="OR"),
                        name="regimen_ends_after_start",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ends_on", None), ("superseded_at", None), ("withdrawn_at", None)),
                        fields=("patient", "drug", "origin"),
                        name="regimen_one_open_per_drug_and_origin",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("dose_unit__in", ("mg", "ug", "IU"))), name="regimen_dose_unit_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("strength_digits", ""),
                            ("strength_digits__regex", "^[0-9]{1,12}(\\.[0-9]{1,9})?$"),
                            _connector="OR",
                        ),
                        name="regimen_strength_is_a_number",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="delete_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "tracking_regimenhistory" ("client_id", "confirmed_reason", "dose_digits", "dose_unit", "drug", "end_reason", "ends_on", "id", "import_batch_id", "origin", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "previous_id", "reason", "recorded_at", "recorded_by", "review_on", "schedule", "source_id", "source_system", "starts_on", "strength_digits", "superseded_at", "supersedes_id", "uid", "withdrawn_at", "withdrawn_reason", "zone") VALUES (OLD."client_id", OLD."confirmed_reason", OLD."dose_digits", OLD."dose_unit", OLD."drug", OLD."end_reason", OLD."ends_on", OLD."id", OLD."import_batch_id", OLD."origin", OLD."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."previous_id", OLD."reason", OLD."recorded_at", OLD."recorded_by", OLD."review_on", OLD."schedule", OLD."source_id", OLD."source_system", OLD."starts_on", OLD."strength_digits", OLD."superseded_at", OLD."supersedes_id", OLD."uid", OLD."withdrawn_at", OLD."withdrawn_reason", OLD."zone"); RETURN NULL;',
                            hash="6b81a3c64f47ebbfc2a50406a79b7874ed64e67b",
                            operation="DELETE",
                            pgid="pgtrigger_delete_delete_7b1bf",
                            table="tracking_regimen",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="insert_insert",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "tracking_regimenhistory" ("client_id", "confirmed_reason", "dose_digits", "dose_unit", "drug", "end_reason", "ends_on", "id", "import_batch_id", "origin", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "previous_id", "reason", "recorded_at", "recorded_by", "review_on", "schedule", "source_id", "source_system", "starts_on", "strength_digits", "superseded_at", "supersedes_id", "uid", "withdrawn_at", "withdrawn_reason", "zone") VALUES (NEW."client_id", NEW."confirmed_reason", NEW."dose_digits", NEW."dose_unit", NEW."drug", NEW."end_reason", NEW."ends_on", NEW."id", NEW."import_batch_id", NEW."origin", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."previous_id", NEW."reason", NEW."recorded_at", NEW."recorded_by", NEW."review_on", NEW."schedule", NEW."source_id", NEW."source_system", NEW."starts_on", NEW."strength_digits", NEW."superseded_at", NEW."supersedes_id", NEW."uid", NEW."withdrawn_at", NEW."withdrawn_reason", NEW."zone"); RETURN NULL;',
                            hash="895c00ec22fb581468d78a0ff82ab8399ea0b27b",
                            operation="INSERT",
                            pgid="pgtrigger_insert_insert_06e82",
                            table="tracking_regimen",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="revision",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.revision = trabecula_next_revision(NEW.patient_id); RETURN NEW;",
                            hash="733b3b88c52366c6e96063bb4cd4197a94c98a78",
                            operation="INSERT OR UPDATE",
                            pgid="pgtrigger_revision_0f594",
                            table="tracking_regimen",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="update_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."client_id" IS DISTINCT FROM (NEW."client_id") OR OLD."confirmed_reason" IS DISTINCT FROM (NEW."confirmed_reason") OR OLD."dose_digits" IS DISTINCT FROM (NEW."dose_digits") OR OLD."dose_unit" IS DISTINCT FROM (NEW."dose_unit") OR OLD."drug" IS DISTINCT FROM (NEW."drug") OR OLD."end_reason" IS DISTINCT FROM (NEW."end_reason") OR OLD."ends_on" IS DISTINCT FROM (NEW."ends_on") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."import_batch_id" IS DISTINCT FROM (NEW."import_batch_id") OR OLD."origin" IS DISTINCT FROM (NEW."origin") OR OLD."patient_id" IS DISTINCT FROM (NEW."patient_id") OR OLD."previous_id" IS DISTINCT FROM (NEW."previous_id") OR OLD."reason" IS DISTINCT FROM (NEW."reason") OR OLD."recorded_at" IS DISTINCT FROM (NEW."recorded_at") OR OLD."recorded_by" IS DISTINCT FROM (NEW."recorded_by") OR OLD."review_on" IS DISTINCT FROM (NEW."review_on") OR OLD."schedule" IS DISTINCT FROM (NEW."schedule") OR OLD."source_id" IS DISTINCT FROM (NEW."source_id") OR OLD."source_system" IS DISTINCT FROM (NEW."source_system") OR OLD."starts_on" IS DISTINCT FROM (NEW."starts_on") OR OLD."strength_digits" IS DISTINCT FROM (NEW."strength_digits") OR OLD."superseded_at" IS DISTINCT FROM (NEW."superseded_at") OR OLD."supersedes_id" IS DISTINCT FROM (NEW."supersedes_id") OR OLD."uid" IS DISTINCT FROM (NEW."uid") OR OLD."withdrawn_at" IS DISTINCT FROM (NEW."withdrawn_at") OR OLD."withdrawn_reason" IS DISTINCT FROM (NEW."withdrawn_reason") OR OLD."zone" IS DISTINCT FROM (NEW."zone"))',
                            func='INSERT INTO "tracking_regimenhistory" ("client_id", "confirmed_reason", "dose_digits", "dose_unit", "drug", "end_reason", "ends_on", "id", "import_batch_id", "origin", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "previous_id", "reason", "recorded_at", "recorded_by", "review_on", "schedule", "source_id", "source_system", "starts_on", "strength_digits", "superseded_at", "supersedes_id", "uid", "withdrawn_at", "withdrawn_reason", "zone") VALUES (NEW."client_id", NEW."confirmed_reason", NEW."dose_digits", NEW."dose_unit", NEW."drug", NEW."end_reason", NEW."ends_on", NEW."id", NEW."import_batch_id", NEW."origin", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."previous_id", NEW."reason", NEW."recorded_at", NEW."recorded_by", NEW."review_on", NEW."schedule", NEW."source_id", NEW."source_system", NEW."starts_on", NEW."strength_digits", NEW."superseded_at", NEW."supersedes_id", NEW."uid", NEW."withdrawn_at", NEW."withdrawn_reason", NEW."zone"); RETURN NULL;',
                            hash="24838ec1bacc8744258fa41180fd9c2390810fa0",
                            operation="UPDATE",
                            pgid="pgtrigger_update_update_f404a",
                            table="tracking_regimen",
                            when="AFTER",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RiskFactor",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=tracking.models.base.new_uid, editable=False, unique=True)),
                ("revision", models.BigIntegerField(default=0, editable=False)),
                ("client_id", models.CharField(default=tracking.models.base.new_client_id, max_length=36)),
                ("recorded_at", models.DateTimeField(help_text="when it was entered here")),
                ("recorded_by", models.CharField(help_text="the actor who entered it", max_length=64)),
                (
                    "source_system",
                    models.CharField(
                        blank=True, default="", help_text="where it came from, empty if typed here", max_length=64
                    ),
                ),
                ("source_id", models.CharField(blank=True, default="", help_text="its name there", max_length=128)),
                ("superseded_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_reason", models.CharField(blank=True, default="", max_length=200)),
                ("code", models.CharField(max_length=40)),
                ("since", models.DateField(blank=True, null=True)),
                ("until", models.DateField(blank=True, null=True)),
                ("note", models.CharField(blank=True, default="", max_length=200)),
                (
                    "import_batch",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tracking.importbatch",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)s_rows",
                        to="tracking.patient",
                    ),
                ),
                (
                    "supersedes",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="superseded_by",
                        to="tracking.riskfactor",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [models.Index(fields=["patient", "revision"], name="riskfactor_revision")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("superseded_at", None)),
                        fields=("patient", "client_id"),
                        name="riskfactor_client_id_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            models.Q(("source_id", ""), _negated=True), ("superseded_at", None), ("withdrawn_at", None)
                        ),
                        fields=("patient", "source_system", "source_id"),
                        name="riskfactor_source_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("client_id__regex", "^[A-Za-z0-9_.-]{1,36}$")), name="riskfactor_client_id_form"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("until", None), ("since", None), ("until__gte", models.F("since")), _connector="OR"
                        ),
                        name="riskfactor_ends_after_start",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="delete_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "tracking_riskfactorhistory" ("client_id", "code", "id", "import_batch_id", "note", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "recorded_by", "since", "source_id", "source_system", "superseded_at", "supersedes_id", "uid", "until", "withdrawn_at", "withdrawn_reason") VALUES (OLD."client_id", OLD."code", OLD."id", OLD."import_batch_id", OLD."note", OLD."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."recorded_at", OLD."recorded_by", OLD."since", OLD."source_id", OLD."source_system", OLD."superseded_at", OLD."supersedes_id", OLD."uid", OLD."until", OLD."withdrawn_at", OLD."withdrawn_reason"); RETURN NULL;',
                            hash="185b9ebaee513700eb0951075962f1a4e7479f59",
                            operation="DELETE",
                            pgid="pgtrigger_delete_delete_ce7c7",
                            table="tracking_riskfactor",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="insert_insert",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "tracking_riskfactorhistory" ("client_id", "code", "id", "import_batch_id", "note", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "recorded_by", "since", "source_id", "source_system", "superseded_at", "supersedes_id", "uid", "until", "withdrawn_at", "withdrawn_reason") VALUES (NEW."client_id", NEW."code", NEW."id", NEW."import_batch_id", NEW."note", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."recorded_at", NEW."recorded_by", NEW."since", NEW."source_id", NEW."source_system", NEW."superseded_at", NEW."supersedes_id", NEW."uid", NEW."until", NEW."withdrawn_at", NEW."withdrawn_reason"); RETURN NULL;',
                            hash="4fba6de3a72f1fbc6e210eb33a6e6ec925f1d0ba",
                            operation="INSERT",
                            pgid="pgtrigger_insert_insert_b1fe3",
                            table="tracking_riskfactor",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="revision",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.revision = trabecula_next_revision(NEW.patient_id); RETURN NEW;",
                            hash="569fed3d73750326eda16561e2396b9794accd86",
                            operation="INSERT OR UPDATE",
                            pgid="pgtrigger_revision_77143",
                            table="tracking_riskfactor",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="stated_once",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."patient_id" IS DISTINCT FROM (NEW."patient_id") OR OLD."uid" IS DISTINCT FROM (NEW."uid") OR OLD."client_id" IS DISTINCT FROM (NEW."client_id") OR OLD."recorded_at" IS DISTINCT FROM (NEW."recorded_at") OR OLD."recorded_by" IS DISTINCT FROM (NEW."recorded_by") OR OLD."source_system" IS DISTINCT FROM (NEW."source_system") OR OLD."source_id" IS DISTINCT FROM (NEW."source_id") OR OLD."import_batch_id" IS DISTINCT FROM (NEW."import_batch_id") OR OLD."supersedes_id" IS DISTINCT FROM (NEW."supersedes_id") OR OLD."code" IS DISTINCT FROM (NEW."code") OR OLD."since" IS DISTINCT FROM (NEW."since") OR OLD."until" IS DISTINCT FROM (NEW."until") OR OLD."note" IS DISTINCT FROM (NEW."note"))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="381715ef19600f47ee88da313c626a5271eba65b",
                            operation="UPDATE",
                            pgid="pgtrigger_stated_once_fa318",
                            table="tracking_riskfactor",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="update_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."client_id" IS DISTINCT FROM (NEW."client_id") OR OLD."code" IS DISTINCT FROM (NEW."code") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."import_batch_id" IS DISTINCT FROM (NEW."import_batch_id") OR OLD."note" IS DISTINCT FROM (NEW."note") OR OLD."patient_id" IS DISTINCT FROM (NEW."patient_id") OR OLD."recorded_at" IS DISTINCT FROM (NEW."recorded_at") OR OLD."recorded_by" IS DISTINCT FROM (NEW."recorded_by") OR OLD."since" IS DISTINCT FROM (NEW."since") OR OLD."source_id" IS DISTINCT FROM (NEW."source_id") OR OLD."source_system" IS DISTINCT FROM (NEW."source_system") OR OLD."superseded_at" IS DISTINCT FROM (NEW."superseded_at") OR OLD."supersedes_id" IS DISTINCT FROM (NEW."supersedes_id") OR OLD."uid" IS DISTINCT FROM (NEW."uid") OR OLD."until" IS DISTINCT FROM (NEW."until") OR OLD."withdrawn_at" IS DISTINCT FROM (NEW."withdrawn_at") OR OLD."withdrawn_reason" IS DISTINCT FROM (NEW."withdrawn_reason"))',
                            func='INSERT INTO "tracking_riskfactorhistory" ("client_id", "code", "id", "import_batch_id", "note", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "recorded_by", "since", "source_id", "source_system", "superseded_at", "supersedes_id", "uid", "until", "withdrawn_at", "withdrawn_reason") VALUES (NEW."client_id", NEW."code", NEW."id", NEW."import_batch_id", NEW."note", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."recorded_at", NEW."recorded_by", NEW."since", NEW."source_id", NEW."source_system", NEW."superseded_at", NEW."supersedes_id", NEW."uid", NEW."until", NEW."withdrawn_at", NEW."withdrawn_reason"); RETURN NULL;',
                            hash="0e8a35f604d8c14754d171ccd55e3580846f53fd",
                            operation="UPDATE",
                            pgid="pgtrigger_update_update_5aad5",
                            table="tracking_riskfactor",
                            when="AFTER",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Tombstone",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("table", models.CharField(help_text="its name in the phone contract", max_length=40)),
                ("client_id", models.CharField(max_length=36)),
                ("revision", models.BigIntegerField(default=0, editable=False)),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="%(class)s_rows", to="tracking.patient"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["patient", "revision"], name="tombstone_revision")],
                "constraints": [
                    models.UniqueConstraint(fields=("patient", "table", "client_id", "revision"), name="tombstone_once")
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="772b32d0b5b0ce4bddffa7eca7dd8690466dddbe",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_498d0",
                            table="tracking_tombstone",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="revision",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.revision = trabecula_next_revision(NEW.patient_id); RETURN NEW;",
                            hash="a288976b5675a59c9c35ee10c22eb7af72047f4a",
                            operation="INSERT OR UPDATE",
                            pgid="pgtrigger_revision_5e742",
                            table="tracking_tombstone",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FloorSetting",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=tracking.models.base.new_uid, editable=False, unique=True)),
                ("revision", models.BigIntegerField(default=0, editable=False)),
                ("set_at", models.DateTimeField()),
                ("reason", models.CharField(max_length=200)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "ended_by",
                    models.CharField(blank=True, default="", help_text="the actor who ended or replaced it", max_length=64),
                ),
                ("expires_on", models.DateField(help_text="the last day on which it counts, in his zone")),
                ("digits", models.CharField(help_text="pg/mL, as typed", max_length=24)),
                (
                    "clinic",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tracking.clinic"),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)s_rows",
                        to="tracking.patient",
                    ),
                ),
                (
                    "set_by",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tracking.prescriber"),
                ),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("reason", ""), _negated=True), name="floorsetting_has_a_reason"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at", None), ("ended_by", "")),
                            models.Q(
                                ("ended_at__gte", models.F("set_at")),
                                ("ended_at__isnull", False),
                                models.Q(("ended_by", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="floorsetting_ends_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("digits__regex", "^[0-9]{1,12}(\\.[0-9]{1,9})?$")),
                        name="floorsetting_digits_are_a_number",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("patient", "clinic"),
                        name="floorsetting_one_active_per_clinic",
                    ),
                ],
                "indexes": [models.Index(fields=["patient", "revision"], name="floorsetting_revision")],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="delete_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "tracking_floorsettinghistory" ("clinic_id", "digits", "ended_at", "ended_by", "expires_on", "id", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "set_at", "set_by_id", "uid") VALUES (OLD."clinic_id", OLD."digits", OLD."ended_at", OLD."ended_by", OLD."expires_on", OLD."id", OLD."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."reason", OLD."set_at", OLD."set_by_id", OLD."uid"); RETURN NULL;',
                            hash="42ff10048365d4b2767f0678874532ef34833afb",
                            operation="DELETE",
                            pgid="pgtrigger_delete_delete_1e537",
                            table="tracking_floorsetting",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="insert_insert",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "tracking_floorsettinghistory" ("clinic_id", "digits", "ended_at", "ended_by", "expires_on", "id", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "set_at", "set_by_id", "uid") VALUES (NEW."clinic_id", NEW."digits", NEW."ended_at", NEW."ended_by", NEW."expires_on", NEW."id", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."reason", NEW."set_at", NEW."set_by_id", NEW."uid"); RETURN NULL;',
                            hash="9fd81f10a23f9a5b36442b8c547ce2b19f1733c0",
                            operation="INSERT",
                            pgid="pgtrigger_insert_insert_eca33",
                            table="tracking_floorsetting",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="revision",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.revision = trabecula_next_revision(NEW.patient_id); RETURN NEW;",
                            hash="9631956748e710ee4521b083a3065010cd967a4c",
                            operation="INSERT OR UPDATE",
                            pgid="pgtrigger_revision_81334",
                            table="tracking_floorsetting",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="update_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."clinic_id" IS DISTINCT FROM (NEW."clinic_id") OR OLD."digits" IS DISTINCT FROM (NEW."digits") OR OLD."ended_at" IS DISTINCT FROM (NEW."ended_at") OR OLD."ended_by" IS DISTINCT FROM (NEW."ended_by") OR OLD."expires_on" IS DISTINCT FROM (NEW."expires_on") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."patient_id" IS DISTINCT FROM (NEW."patient_id") OR OLD."reason" IS DISTINCT FROM (NEW."reason") OR OLD."set_at" IS DISTINCT FROM (NEW."set_at") OR OLD."set_by_id" IS DISTINCT FROM (NEW."set_by_id") OR OLD."uid" IS DISTINCT FROM (NEW."uid"))',
                            func='INSERT INTO "tracking_floorsettinghistory" ("clinic_id", "digits", "ended_at", "ended_by", "expires_on", "id", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "set_at", "set_by_id", "uid") VALUES (NEW."clinic_id", NEW."digits", NEW."ended_at", NEW."ended_by", NEW."expires_on", NEW."id", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."reason", NEW."set_at", NEW."set_by_id", NEW."uid"); RETURN NULL;',
                            hash="537afa8199da5e9cc08159d9d53e5972e3850c6c",
                            operation="UPDATE",
                            pgid="pgtrigger_update_update_772cb",
                            table="tracking_floorsetting",
                            when="AFTER",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="IntervalSetting",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=tracking.models.base.new_uid, editable=False, unique=True)),
                ("revision", models.BigIntegerField(default=0, editable=False)),
                ("set_at", models.DateTimeField()),
                ("reason", models.CharField(max_length=200)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "ended_by",
                    models.CharField(blank=True, default="", help_text="the actor who ended or replaced it", max_length=64),
                ),
                ("expires_on", models.DateField(help_text="the last day on which it counts, in his zone")),
                ("kind", models.CharField(max_length=24)),
                ("every_months", models.PositiveSmallIntegerField()),
                (
                    "clinic",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tracking.clinic"),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)s_rows",
                        to="tracking.patient",
                    ),
                ),
                (
                    "set_by",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tracking.prescriber"),
                ),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="intervalsetting_has_a_reason"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at", None), ("ended_by", "")),
                            models.Q(
                                ("ended_at__gte", models.F("set_at")),
                                ("ended_at__isnull", False),
                                models.Q(("ended_by", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="intervalsetting_ends_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(models.Q(("kind", ""), _negated=True), ("every_months__gte", 1)),
                        name="intervalsetting_kind_and_months",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("patient", "clinic", "kind"),
                        name="intervalsetting_one_active_per_clinic_and_kind",
                    ),
                ],
                "indexes": [models.Index(fields=["patient", "revision"], name="intervalsetting_revision")],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="delete_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "tracking_intervalsettinghistory" ("clinic_id", "ended_at", "ended_by", "every_months", "expires_on", "id", "kind", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "set_at", "set_by_id", "uid") VALUES (OLD."clinic_id", OLD."ended_at", OLD."ended_by", OLD."every_months", OLD."expires_on", OLD."id", OLD."kind", OLD."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."reason", OLD."set_at", OLD."set_by_id", OLD."uid"); RETURN NULL;',
                            hash="e3f3bdf2faf47f96b53de9aa1fae083a130ff33c",
                            operation="DELETE",
                            pgid="pgtrigger_delete_delete_884ef",
                            table="tracking_intervalsetting",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="insert_insert",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "tracking_intervalsettinghistory" ("clinic_id", "ended_at", "ended_by", "every_months", "expires_on", "id", "kind", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "set_at", "set_by_id", "uid") VALUES (NEW."clinic_id", NEW."ended_at", NEW."ended_by", NEW."every_months", NEW."expires_on", NEW."id", NEW."kind", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."reason", NEW."set_at", NEW."set_by_id", NEW."uid"); RETURN NULL;',
                            hash="e53fca2c4cc56c36615ddab1af59db064e404956",
                            operation="INSERT",
                            pgid="pgtrigger_insert_insert_581bc",
                            table="tracking_intervalsetting",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="revision",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.revision = trabecula_next_revision(NEW.patient_id); RETURN NEW;",
                            hash="cb92e1abb84f365732c7f1578333e7a2aececab7",
                            operation="INSERT OR UPDATE",
                            pgid="pgtrigger_revision_83d06",
                            table="tracking_intervalsetting",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="update_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."clinic_id" IS DISTINCT FROM (NEW."clinic_id") OR OLD."ended_at" IS DISTINCT FROM (NEW."ended_at") OR OLD."ended_by" IS DISTINCT FROM (NEW."ended_by") OR OLD."every_months" IS DISTINCT FROM (NEW."every_months") OR OLD."expires_on" IS DISTINCT FROM (NEW."expires_on") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."patient_id" IS DISTINCT FROM (NEW."patient_id") OR OLD."reason" IS DISTINCT FROM (NEW."reason") OR OLD."set_at" IS DISTINCT FROM (NEW."set_at") OR OLD."set_by_id" IS DISTINCT FROM (NEW."set_by_id") OR OLD."uid" IS DISTINCT FROM (NEW."uid"))',
                            func='INSERT INTO "tracking_intervalsettinghistory" ("clinic_id", "ended_at", "ended_by", "every_months", "expires_on", "id", "kind", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "set_at", "set_by_id", "uid") VALUES (NEW."clinic_id", NEW."ended_at", NEW."ended_by", NEW."every_months", NEW."expires_on", NEW."id", NEW."kind", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."reason", NEW."set_at", NEW."set_by_id", NEW."uid"); RETURN NULL;',
                            hash="fa0648e905c863865059ee429c393efbc1d5a0d2",
                            operation="UPDATE",
                            pgid="pgtrigger_update_update_2845d",
                            table="tracking_intervalsetting",
                            when="AFTER",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ClinicFloor",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("set_at", models.DateTimeField()),
                ("reason", models.CharField(max_length=200)),
                (
                    "expires_on",
                    models.DateField(
                        blank=True, help_text="the last day on which it counts; empty: until it is ended", null=True
                    ),
                ),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "ended_by",
                    models.CharField(blank=True, default="", help_text="the actor who ended or replaced it", max_length=64),
                ),
                ("uid", models.UUIDField(default=tracking.models.base.new_uid, editable=False, unique=True)),
                ("digits", models.CharField(help_text="pg/mL, as typed", max_length=24)),
                (
                    "clinic",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="floors", to="tracking.clinic"),
                ),
                (
                    "set_by",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tracking.prescriber"),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("reason", ""), _negated=True), name="clinicfloor_has_a_reason"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at", None), ("ended_by", "")),
                            models.Q(
                                ("ended_at__gte", models.F("set_at")),
                                ("ended_at__isnull", False),
                                models.Q(("ended_by", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="clinicfloor_ends_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("digits__regex", "^[0-9]{1,12}(\\.[0-9]{1,9})?$")),
                        name="clinicfloor_digits_are_a_number",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)), fields=("clinic",), name="clinicfloor_one_active"
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="stays_as_it_was_set",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='RAISE EXCEPTION \'pgtrigger: Cannot delete or update of "uid", "clinic_id", "digits", "expires_on", "set_by_id", "set_at", "reason" rows from % table\', TG_TABLE_NAME;',
                            hash="c081fa9f0b484f925f1a65dfce6144cf133dc868",
                            operation='DELETE OR UPDATE OF "uid", "clinic_id", "digits", "expires_on", "set_by_id", "set_at", "reason"',
                            pgid="pgtrigger_stays_as_it_was_set_df6f8",
                            table="tracking_clinicfloor",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DrugUse",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=tracking.models.base.new_uid, editable=False, unique=True)),
                ("revision", models.BigIntegerField(default=0, editable=False)),
                ("client_id", models.CharField(default=tracking.models.base.new_client_id, max_length=36)),
                ("recorded_at", models.DateTimeField(help_text="when it was entered here")),
                ("recorded_by", models.CharField(help_text="the actor who entered it", max_length=64)),
                (
                    "source_system",
                    models.CharField(
                        blank=True, default="", help_text="where it came from, empty if typed here", max_length=64
                    ),
                ),
                ("source_id", models.CharField(blank=True, default="", help_text="its name there", max_length=128)),
                ("superseded_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_reason", models.CharField(blank=True, default="", max_length=200)),
                ("drug", models.CharField(max_length=40)),
                ("since", models.DateField(blank=True, help_text="empty: not known", null=True)),
                (
                    "until",
                    models.DateField(blank=True, help_text="the first day without it; empty: he still uses it", null=True),
                ),
                ("note", models.CharField(blank=True, default="", max_length=200)),
                (
                    "import_batch",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tracking.importbatch",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)s_rows",
                        to="tracking.patient",
                    ),
                ),
                (
                    "supersedes",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="superseded_by",
                        to="tracking.druguse",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [models.Index(fields=["patient", "revision"], name="druguse_revision")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("superseded_at", None)),
                        fields=("patient", "client_id"),
                        name="druguse_client_id_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            models.Q(("source_id", ""), _negated=True), ("superseded_at", None), ("withdrawn_at", None)
                        ),
                        fields=("patient", "source_system", "source_id"),
                        name="druguse_source_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("client_id__regex", "^[A-Za-z0-9_.-]{1,36}$")), name="druguse_client_id_form"
                    ),
                    models.CheckConstraint(condition=models.Q(("drug", ""), _negated=True), name="druguse_drug_stated"),
                    models.CheckConstraint(
                        condition=models.Q(("until", None), ("since", None), ("until__gt", models.F("since")), _connector="OR"),
                        name="druguse_ends_after_start",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="delete_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "tracking_drugusehistory" ("client_id", "drug", "id", "import_batch_id", "note", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "recorded_by", "since", "source_id", "source_system", "superseded_at", "supersedes_id", "uid", "until", "withdrawn_at", "withdrawn_reason") VALUES (OLD."client_id", OLD."drug", OLD."id", OLD."import_batch_id", OLD."note", OLD."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."recorded_at", OLD."recorded_by", OLD."since", OLD."source_id", OLD."source_system", OLD."superseded_at", OLD."supersedes_id", OLD."uid", OLD."until", OLD."withdrawn_at", OLD."withdrawn_reason"); RETURN NULL;',
                            hash="a103b0ea2169bdff593136833de0835e61af8865",
                            operation="DELETE",
                            pgid="pgtrigger_delete_delete_263d9",
                            table="tracking_druguse",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="insert_insert",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "tracking_drugusehistory" ("client_id", "drug", "id", "import_batch_id", "note", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "recorded_by", "since", "source_id", "source_system", "superseded_at", "supersedes_id", "uid", "until", "withdrawn_at", "withdrawn_reason") VALUES (NEW."client_id", NEW."drug", NEW."id", NEW."import_batch_id", NEW."note", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."recorded_at", NEW."recorded_by", NEW."since", NEW."source_id", NEW."source_system", NEW."superseded_at", NEW."supersedes_id", NEW."uid", NEW."until", NEW."withdrawn_at", NEW."withdrawn_reason"); RETURN NULL;',
                            hash="1fe9fad4ee61f37980f6f8be26c7205f2fa7e04b",
                            operation="INSERT",
                            pgid="pgtrigger_insert_insert_c2c03",
                            table="tracking_druguse",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="revision",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.revision = trabecula_next_revision(NEW.patient_id); RETURN NEW;",
                            hash="b33423e52715865ea69d964c1d4104629a09f35b",
                            operation="INSERT OR UPDATE",
                            pgid="pgtrigger_revision_ff799",
                            table="tracking_druguse",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="stated_once",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."patient_id" IS DISTINCT FROM (NEW."patient_id") OR OLD."uid" IS DISTINCT FROM (NEW."uid") OR OLD."client_id" IS DISTINCT FROM (NEW."client_id") OR OLD."recorded_at" IS DISTINCT FROM (NEW."recorded_at") OR OLD."recorded_by" IS DISTINCT FROM (NEW."recorded_by") OR OLD."source_system" IS DISTINCT FROM (NEW."source_system") OR OLD."source_id" IS DISTINCT FROM (NEW."source_id") OR OLD."import_batch_id" IS DISTINCT FROM (NEW."import_batch_id") OR OLD."supersedes_id" IS DISTINCT FROM (NEW."supersedes_id") OR OLD."drug" IS DISTINCT FROM (NEW."drug") OR OLD."since" IS DISTINCT FROM (NEW."since") OR OLD."until" IS DISTINCT FROM (NEW."until") OR OLD."note" IS DISTINCT FROM (NEW."note"))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="387638e460856e0a76bd8bca12bd05827437c4ba",
                            operation="UPDATE",
                            pgid="pgtrigger_stated_once_7cc15",
                            table="tracking_druguse",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="update_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."client_id" IS DISTINCT FROM (NEW."client_id") OR OLD."drug" IS DISTINCT FROM (NEW."drug") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."import_batch_id" IS DISTINCT FROM (NEW."import_batch_id") OR OLD."note" IS DISTINCT FROM (NEW."note") OR OLD."patient_id" IS DISTINCT FROM (NEW."patient_id") OR OLD."recorded_at" IS DISTINCT FROM (NEW."recorded_at") OR OLD."recorded_by" IS DISTINCT FROM (NEW."recorded_by") OR OLD."since" IS DISTINCT FROM (NEW."since") OR OLD."source_id" IS DISTINCT FROM (NEW."source_id") OR OLD."source_system" IS DISTINCT FROM (NEW."source_system") OR OLD."superseded_at" IS DISTINCT FROM (NEW."superseded_at") OR OLD."supersedes_id" IS DISTINCT FROM (NEW."supersedes_id") OR OLD."uid" IS DISTINCT FROM (NEW."uid") OR OLD."until" IS DISTINCT FROM (NEW."until") OR OLD."withdrawn_at" IS DISTINCT FROM (NEW."withdrawn_at") OR OLD."withdrawn_reason" IS DISTINCT FROM (NEW."withdrawn_reason"))',
                            func='INSERT INTO "tracking_drugusehistory" ("client_id", "drug", "id", "import_batch_id", "note", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "recorded_by", "since", "source_id", "source_system", "superseded_at", "supersedes_id", "uid", "until", "withdrawn_at", "withdrawn_reason") VALUES (NEW."client_id", NEW."drug", NEW."id", NEW."import_batch_id", NEW."note", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."recorded_at", NEW."recorded_by", NEW."since", NEW."source_id", NEW."source_system", NEW."superseded_at", NEW."supersedes_id", NEW."uid", NEW."until", NEW."withdrawn_at", NEW."withdrawn_reason"); RETURN NULL;',
                            hash="bed9e34ac2dc1c52920b2df73d42aab2557bd7b1",
                            operation="UPDATE",
                            pgid="pgtrigger_update_update_d4702",
                            table="tracking_druguse",
                            when="AFTER",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Lifestyle",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=tracking.models.base.new_uid, editable=False, unique=True)),
                ("revision", models.BigIntegerField(default=0, editable=False)),
                ("client_id", models.CharField(default=tracking.models.base.new_client_id, max_length=36)),
                ("recorded_at", models.DateTimeField(help_text="when it was entered here")),
                ("recorded_by", models.CharField(help_text="the actor who entered it", max_length=64)),
                (
                    "source_system",
                    models.CharField(
                        blank=True, default="", help_text="where it came from, empty if typed here", max_length=64
                    ),
                ),
                ("source_id", models.CharField(blank=True, default="", help_text="its name there", max_length=128)),
                ("superseded_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_reason", models.CharField(blank=True, default="", max_length=200)),
                ("code", models.CharField(max_length=40)),
                ("digits", models.CharField(help_text="as typed, in the unit of the measure", max_length=24)),
                ("unit", models.CharField(max_length=20)),
                ("since", models.DateField(help_text="the first day of which it is true")),
                ("confirmed_reason", models.CharField(blank=True, default="", max_length=200)),
                ("note", models.CharField(blank=True, default="", max_length=200)),
                (
                    "import_batch",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tracking.importbatch",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)s_rows",
                        to="tracking.patient",
                    ),
                ),
                (
                    "supersedes",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="superseded_by",
                        to="tracking.lifestyle",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [models.Index(fields=["patient", "revision"], name="lifestyle_revision")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("superseded_at", None)),
                        fields=("patient", "client_id"),
                        name="lifestyle_client_id_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            models.Q(("source_id", ""), _negated=True), ("superseded_at", None), ("withdrawn_at", None)
                        ),
                        fields=("patient", "source_system", "source_id"),
                        name="lifestyle_source_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("client_id__regex", "^[A-Za-z0-9_.-]{1,36}$")), name="lifestyle_client_id_form"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(models.Q(("code", ""), _negated=True), models.Q(("unit", ""), _negated=True)),
                        name="lifestyle_code_and_unit_stated",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("digits__regex", "^[0-9]{1,12}(\\.[0-9]{1,9})?$")),
                        name="lifestyle_digits_are_a_number",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("superseded_at", None), ("withdrawn_at", None)),
                        fields=("patient", "code", "since"),
                        name="lifestyle_measure_once_from_a_day",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="delete_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "tracking_lifestylehistory" ("client_id", "code", "confirmed_reason", "digits", "id", "import_batch_id", "note", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "recorded_by", "since", "source_id", "source_system", "superseded_at", "supersedes_id", "uid", "unit", "withdrawn_at", "withdrawn_reason") VALUES (OLD."client_id", OLD."code", OLD."confirmed_reason", OLD."digits", OLD."id", OLD."import_batch_id", OLD."note", OLD."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."recorded_at", OLD."recorded_by", OLD."since", OLD."source_id", OLD."source_system", OLD."superseded_at", OLD."supersedes_id", OLD."uid", OLD."unit", OLD."withdrawn_at", OLD."withdrawn_reason"); RETURN NULL;',
                            hash="8f166b23e221a00158f3686f8451e6ac199fdad8",
                            operation="DELETE",
                            pgid="pgtrigger_delete_delete_9dbeb",
                            table="tracking_lifestyle",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="insert_insert",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "tracking_lifestylehistory" ("client_id", "code", "confirmed_reason", "digits", "id", "import_batch_id", "note", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "recorded_by", "since", "source_id", "source_system", "superseded_at", "supersedes_id", "uid", "unit", "withdrawn_at", "withdrawn_reason") VALUES (NEW."client_id", NEW."code", NEW."confirmed_reason", NEW."digits", NEW."id", NEW."import_batch_id", NEW."note", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."recorded_at", NEW."recorded_by", NEW."since", NEW."source_id", NEW."source_system", NEW."superseded_at", NEW."supersedes_id", NEW."uid", NEW."unit", NEW."withdrawn_at", NEW."withdrawn_reason"); RETURN NULL;',
                            hash="65a2941e905e04023e169bd39a89e1a9973163c8",
                            operation="INSERT",
                            pgid="pgtrigger_insert_insert_c14cd",
                            table="tracking_lifestyle",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="revision",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.revision = trabecula_next_revision(NEW.patient_id); RETURN NEW;",
                            hash="9b6278c961525a1e80d225f5734424b7cea37480",
                            operation="INSERT OR UPDATE",
                            pgid="pgtrigger_revision_9ef8d",
                            table="tracking_lifestyle",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="stated_once",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."patient_id" IS DISTINCT FROM (NEW."patient_id") OR OLD."uid" IS DISTINCT FROM (NEW."uid") OR OLD."client_id" IS DISTINCT FROM (NEW."client_id") OR OLD."recorded_at" IS DISTINCT FROM (NEW."recorded_at") OR OLD."recorded_by" IS DISTINCT FROM (NEW."recorded_by") OR OLD."source_system" IS DISTINCT FROM (NEW."source_system") OR OLD."source_id" IS DISTINCT FROM (NEW."source_id") OR OLD."import_batch_id" IS DISTINCT FROM (NEW."import_batch_id") OR OLD."supersedes_id" IS DISTINCT FROM (NEW."supersedes_id") OR OLD."code" IS DISTINCT FROM (NEW."code") OR OLD."digits" IS DISTINCT FROM (NEW."digits") OR OLD."unit" IS DISTINCT FROM (NEW."unit") OR OLD."since" IS DISTINCT FROM (NEW."since") OR OLD."confirmed_reason" IS DISTINCT FROM (NEW."confirmed_reason") OR OLD."note" IS DISTINCT FROM (NEW."note"))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="4aeee5da2726a3e2abf7f225de41b021c5b8ec19",
                            operation="UPDATE",
                            pgid="pgtrigger_stated_once_10323",
                            table="tracking_lifestyle",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="update_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."client_id" IS DISTINCT FROM (NEW."client_id") OR OLD."code" IS DISTINCT FROM (NEW."code") OR OLD."confirmed_reason" IS DISTINCT FROM (NEW."confirmed_reason") OR OLD."digits" IS DISTINCT FROM (NEW."digits") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."import_batch_id" IS DISTINCT FROM (NEW."import_batch_id") OR OLD."note" IS DISTINCT FROM (NEW."note") OR OLD."patient_id" IS DISTINCT FROM (NEW."patient_id") OR OLD."recorded_at" IS DISTINCT FROM (NEW."recorded_at") OR OLD."recorded_by" IS DISTINCT FROM (NEW."recorded_by") OR OLD."since" IS DISTINCT FROM (NEW."since") OR OLD."source_id" IS DISTINCT FROM (NEW."source_id") OR OLD."source_system" IS DISTINCT FROM (NEW."source_system") OR OLD."superseded_at" IS DISTINCT FROM (NEW."superseded_at") OR OLD."supersedes_id" IS DISTINCT FROM (NEW."supersedes_id") OR OLD."uid" IS DISTINCT FROM (NEW."uid") OR OLD."unit" IS DISTINCT FROM (NEW."unit") OR OLD."withdrawn_at" IS DISTINCT FROM (NEW."withdrawn_at") OR OLD."withdrawn_reason" IS DISTINCT FROM (NEW."withdrawn_reason"))',
                            func='INSERT INTO "tracking_lifestylehistory" ("client_id", "code", "confirmed_reason", "digits", "id", "import_batch_id", "note", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "recorded_by", "since", "source_id", "source_system", "superseded_at", "supersedes_id", "uid", "unit", "withdrawn_at", "withdrawn_reason") VALUES (NEW."client_id", NEW."code", NEW."confirmed_reason", NEW."digits", NEW."id", NEW."import_batch_id", NEW."note", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."recorded_at", NEW."recorded_by", NEW."since", NEW."source_id", NEW."source_system", NEW."superseded_at", NEW."supersedes_id", NEW."uid", NEW."unit", NEW."withdrawn_at", NEW."withdrawn_reason"); RETURN NULL;',
                            hash="8f55a69afcc30369a2038f8f399dfd520ae64e4f",
                            operation="UPDATE",
                            pgid="pgtrigger_update_update_5b21d",
                            table="tracking_lifestyle",
                            when="AFTER",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Symptom",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=tracking.models.base.new_uid, editable=False, unique=True)),
                ("revision", models.BigIntegerField(default=0, editable=False)),
                ("client_id", models.CharField(default=tracking.models.base.new_client_id, max_length=36)),
                ("recorded_at", models.DateTimeField(help_text="when it was entered here")),
                ("recorded_by", models.CharField(help_text="the actor who entered it", max_length=64)),
                (
                    "source_system",
                    models.CharField(
                        blank=True, default="", help_text="where it came from, empty if typed here", max_length=64
                    ),
                ),
                ("source_id", models.CharField(blank=True, default="", help_text="its name there", max_length=128)),
                ("superseded_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_reason", models.CharField(blank=True, default="", max_length=200)),
                (
                    "at",
                    models.DateTimeField(help_text="UTC instant; with a coarser precision the start of that span in the zone"),
                ),
                (
                    "precision",
                    models.CharField(
                        choices=[
                            ("minute", "minute"),
                            ("day", "day"),
                            ("month", "month"),
                            ("year", "year"),
                            ("unknown", "unknown"),
                        ],
                        max_length=8,
                    ),
                ),
                ("zone", models.CharField(help_text="IANA time zone", max_length=64)),
                ("code", models.CharField(max_length=40)),
                ("score", models.SmallIntegerField(help_text="0 (none) to 10")),
                ("felt_on", models.DateField(help_text="the day of the calendar where he was")),
                ("place", models.SmallIntegerField(help_text="which of the items of that day")),
                (
                    "import_batch",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tracking.importbatch",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)s_rows",
                        to="tracking.patient",
                    ),
                ),
                (
                    "supersedes",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="superseded_by",
                        to="tracking.symptom",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [models.Index(fields=["patient", "revision"], name="symptom_revision")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("superseded_at", None)),
                        fields=("patient", "client_id"),
                        name="symptom_client_id_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            models.Q(("source_id", ""), _negated=True), ("superseded_at", None), ("withdrawn_at", None)
                        ),
                        fields=("patient", "source_system", "source_id"),
                        name="symptom_source_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("client_id__regex", "^[A-Za-z0-9_.-]{1,36}$")), name="symptom_client_id_form"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "precision__in",
                                [
                                    tracking.domain.reported.Precision["MINUTE"],
                                    tracking.domain.reported.Precision["DAY"],
                                    tracking.domain.reported.Precision["MONTH"],
                                    tracking.domain.reported.Precision["YEAR"],
                                    tracking.domain.reported.Precision["UNKNOWN"],
                                ],
                            )
                        ),
                        name="symptom_precision_known",
                    ),
                    models.CheckConstraint(condition=models.Q(("zone", ""), _negated=True), name="symptom_zone_stated"),
                    models.CheckConstraint(condition=models.Q(("code", ""), _negated=True), name="symptom_code_stated"),
                    models.CheckConstraint(condition=models.Q(("score__range", (0, 10))), name="symptom_score_in_range"),
                    models.CheckConstraint(condition=models.Q(("place__range", (1, 5))), name="symptom_at_most_five_a_day"),
                    models.CheckConstraint(condition=models.Q(("precision__in", ("minute", "day"))), name="symptom_day_known"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "felt_on__gte",
                                models.Func(
                                    models.F("at"),
                                    output_field=models.DateField(),
                                    template="((%(expressions)s AT TIME ZONE 'UTC')::date + -1)",
                                ),
                            ),
                            (
                                "felt_on__lte",
                                models.Func(
                                    models.F("at"),
                                    output_field=models.DateField(),
                                    template="((%(expressions)s AT TIME ZONE 'UTC')::date + 1)",
                                ),
                            ),
                        ),
                        name="symptom_day_is_that_of_its_instant",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("superseded_at", None), ("withdrawn_at", None)),
                        fields=("patient", "felt_on", "place"),
                        name="symptom_place_once_a_day",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("superseded_at", None), ("withdrawn_at", None)),
                        fields=("patient", "felt_on", "code"),
                        name="symptom_code_once_a_day",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="delete_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "tracking_symptomhistory" ("at", "client_id", "code", "felt_on", "id", "import_batch_id", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "precision", "recorded_at", "recorded_by", "score", "source_id", "source_system", "superseded_at", "supersedes_id", "uid", "withdrawn_at", "withdrawn_reason", "zone") VALUES (OLD."at", OLD."client_id", OLD."code", OLD."felt_on", OLD."id", OLD."import_batch_id", OLD."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."place", OLD."precision", OLD."recorded_at", OLD."recorded_by", OLD."score", OLD."source_id", OLD."source_system", OLD."superseded_at", OLD."supersedes_id", OLD."uid", OLD."withdrawn_at", OLD."withdrawn_reason", OLD."zone"); RETURN NULL;',
                            hash="c2c1c1ae32e23423160ae50a308ab85558185f45",
                            operation="DELETE",
                            pgid="pgtrigger_delete_delete_c3999",
                            table="tracking_symptom",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="insert_insert",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "tracking_symptomhistory" ("at", "client_id", "code", "felt_on", "id", "import_batch_id", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "precision", "recorded_at", "recorded_by", "score", "source_id", "source_system", "superseded_at", "supersedes_id", "uid", "withdrawn_at", "withdrawn_reason", "zone") VALUES (NEW."at", NEW."client_id", NEW."code", NEW."felt_on", NEW."id", NEW."import_batch_id", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."place", NEW."precision", NEW."recorded_at", NEW."recorded_by", NEW."score", NEW."source_id", NEW."source_system", NEW."superseded_at", NEW."supersedes_id", NEW."uid", NEW."withdrawn_at", NEW."withdrawn_reason", NEW."zone"); RETURN NULL;',
                            hash="d62cae45b625a08e35967f3ff639f2f29ee06513",
                            operation="INSERT",
                            pgid="pgtrigger_insert_insert_9eba0",
                            table="tracking_symptom",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="revision",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.revision = trabecula_next_revision(NEW.patient_id); RETURN NEW;",
                            hash="f20b01536275ab98378b753b0dec71aceb104076",
                            operation="INSERT OR UPDATE",
                            pgid="pgtrigger_revision_49d42",
                            table="tracking_symptom",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="stated_once",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."patient_id" IS DISTINCT FROM (NEW."patient_id") OR OLD."uid" IS DISTINCT FROM (NEW."uid") OR OLD."client_id" IS DISTINCT FROM (NEW."client_id") OR OLD."recorded_at" IS DISTINCT FROM (NEW."recorded_at") OR OLD."recorded_by" IS DISTINCT FROM (NEW."recorded_by") OR OLD."source_system" IS DISTINCT FROM (NEW."source_system") OR OLD."source_id" IS DISTINCT FROM (NEW."source_id") OR OLD."import_batch_id" IS DISTINCT FROM (NEW."import_batch_id") OR OLD."supersedes_id" IS DISTINCT FROM (NEW."supersedes_id") OR OLD."at" IS DISTINCT FROM (NEW."at") OR OLD."precision" IS DISTINCT FROM (NEW."precision") OR OLD."zone" IS DISTINCT FROM (NEW."zone") OR OLD."code" IS DISTINCT FROM (NEW."code") OR OLD."score" IS DISTINCT FROM (NEW."score") OR OLD."felt_on" IS DISTINCT FROM (NEW."felt_on") OR OLD."place" IS DISTINCT FROM (NEW."place"))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="e2f2ede61dc83786aac6d385a1016534c94c7df2",
                            operation="UPDATE",
                            pgid="pgtrigger_stated_once_cde1a",
                            table="tracking_symptom",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="update_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."at" IS DISTINCT FROM (NEW."at") OR OLD."client_id" IS DISTINCT FROM (NEW."client_id") OR OLD."code" IS DISTINCT FROM (NEW."code") OR OLD."felt_on" IS DISTINCT FROM (NEW."felt_on") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."import_batch_id" IS DISTINCT FROM (NEW."import_batch_id") OR OLD."patient_id" IS DISTINCT FROM (NEW."patient_id") OR OLD."place" IS DISTINCT FROM (NEW."place") OR OLD."precision" IS DISTINCT FROM (NEW."precision") OR OLD."recorded_at" IS DISTINCT FROM (NEW."recorded_at") OR OLD."recorded_by" IS DISTINCT FROM (NEW."recorded_by") OR OLD."score" IS DISTINCT FROM (NEW."score") OR OLD."source_id" IS DISTINCT FROM (NEW."source_id") OR OLD."source_system" IS DISTINCT FROM (NEW."source_system") OR OLD."superseded_at" IS DISTINCT FROM (NEW."superseded_at") OR OLD."supersedes_id" IS DISTINCT FROM (NEW."supersedes_id") OR OLD."uid" IS DISTINCT FROM (NEW."uid") OR OLD."withdrawn_at" IS DISTINCT FROM (NEW."withdrawn_at") OR OLD."withdrawn_reason" IS DISTINCT FROM (NEW."withdrawn_reason") OR OLD."zone" IS DISTINCT FROM (NEW."zone"))',
                            func='INSERT INTO "tracking_symptomhistory" ("at", "client_id", "code", "felt_on", "id", "import_batch_id", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "precision", "recorded_at", "recorded_by", "score", "source_id", "source_system", "superseded_at", "supersedes_id", "uid", "withdrawn_at", "withdrawn_reason", "zone") VALUES (NEW."at", NEW."client_id", NEW."code", NEW."felt_on", NEW."id", NEW."import_batch_id", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."place", NEW."precision", NEW."recorded_at", NEW."recorded_by", NEW."score", NEW."source_id", NEW."source_system", NEW."superseded_at", NEW."supersedes_id", NEW."uid", NEW."withdrawn_at", NEW."withdrawn_reason", NEW."zone"); RETURN NULL;',
                            hash="3ce8cc248019d6613e53c41613885124f5bb19c4",
                            operation="UPDATE",
                            pgid="pgtrigger_update_update_82232",
                            table="tracking_symptom",
                            when="AFTER",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="InventoryCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=tracking.models.base.new_uid, editable=False, unique=True)),
                ("revision", models.BigIntegerField(default=0, editable=False)),
                ("client_id", models.CharField(default=tracking.models.base.new_client_id, max_length=36)),
                ("recorded_at", models.DateTimeField(help_text="when it was entered here")),
                ("recorded_by", models.CharField(help_text="the actor who entered it", max_length=64)),
                (
                    "source_system",
                    models.CharField(
                        blank=True, default="", help_text="where it came from, empty if typed here", max_length=64
                    ),
                ),
                ("source_id", models.CharField(blank=True, default="", help_text="its name there", max_length=128)),
                ("superseded_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_reason", models.CharField(blank=True, default="", max_length=200)),
                (
                    "at",
                    models.DateTimeField(help_text="UTC instant; with a coarser precision the start of that span in the zone"),
                ),
                (
                    "precision",
                    models.CharField(
                        choices=[
                            ("minute", "minute"),
                            ("day", "day"),
                            ("month", "month"),
                            ("year", "year"),
                            ("unknown", "unknown"),
                        ],
                        max_length=8,
                    ),
                ),
                ("zone", models.CharField(help_text="IANA time zone", max_length=64)),
                ("drug", models.CharField(max_length=40)),
                ("kind", models.CharField(choices=[("count", "count"), ("refill", "refill")], max_length=8)),
                ("form", models.CharField(help_text="what one unit is: a form of the rulebook", max_length=16)),
                ("units_digits", models.CharField(help_text="how many units, as counted", max_length=24)),
                (
                    "content_digits",
                    models.CharField(help_text="how much of the drug one unit holds, as written", max_length=24),
                ),
                ("content_unit", models.CharField(max_length=8)),
                ("note", models.CharField(blank=True, default="", max_length=200)),
                (
                    "import_batch",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tracking.importbatch",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)s_rows",
                        to="tracking.patient",
                    ),
                ),
                (
                    "supersedes",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="superseded_by",
                        to="tracking.inventorycount",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [models.Index(fields=["patient", "revision"], name="inventorycount_revision")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("superseded_at", None)),
                        fields=("patient", "client_id"),
                        name="inventorycount_client_id_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            models.Q(("source_id", ""), _negated=True), ("superseded_at", None), ("withdrawn_at", None)
                        ),
                        fields=("patient", "source_system", "source_id"),
                        name="inventorycount_source_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("client_id__regex", "^[A-Za-z0-9_.-]{1,36}$")), name="inventorycount_client_id_form"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "precision__in",
                                [
                                    tracking.domain.reported.Precision["MINUTE"],
                                    tracking.domain.reported.Precision["DAY"],
                                    tracking.domain.reported.Precision["MONTH"],
                                    tracking.domain.reported.Precision["YEAR"],
                                    tracking.domain.reported.Precision["UNKNOWN"],
                                ],
                            )
                        ),
                        name="inventorycount_precision_known",
                    ),
                    models.CheckConstraint(condition=models.Q(("zone", ""), _negated=True), name="inventorycount_zone_stated"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [tracking.domain.inventory.StockKind["COUNT"], tracking.domain.inventory.StockKind["REFILL"]],
                            )
                        ),
                        name="inventorycount_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(models.Q(("drug", ""), _negated=True), models.Q(("form", ""), _negated=True)),
                        name="inventorycount_drug_and_form_stated",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("units_digits__regex", "^[0-9]{1,12}(\\.[0-9]{1,9})?$")),
                        name="inventorycount_units_are_a_number",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("content_digits__regex", "^[0-9]{1,12}(\\.[0-9]{1,9})?$"), ("content_unit__in", ("mg", "ug", "IU"))
                        ),
                        name="inventorycount_content_is_a_number",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="delete_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "tracking_inventorycounthistory" ("at", "client_id", "content_digits", "content_unit", "drug", "form", "id", "import_batch_id", "kind", "note", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "precision", "recorded_at", "recorded_by", "source_id", "source_system", "superseded_at", "supersedes_id", "uid", "units_digits", "withdrawn_at", "withdrawn_reason", "zone") VALUES (OLD."at", OLD."client_id", OLD."content_digits", OLD."content_unit", OLD."drug", OLD."form", OLD."id", OLD."import_batch_id", OLD."kind", OLD."note", OLD."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."precision", OLD."recorded_at", OLD."recorded_by", OLD."source_id", OLD."source_system", OLD."superseded_at", OLD."supersedes_id", OLD."uid", OLD."units_digits", OLD."withdrawn_at", OLD."withdrawn_reason", OLD."zone"); RETURN NULL;',
                            hash="b1414a7f0350e96daa4526ce178b401baa17867f",
                            operation="DELETE",
                            pgid="pgtrigger_delete_delete_391eb",
                            table="tracking_inventorycount",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="insert_insert",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "tracking_inventorycounthistory" ("at", "client_id", "content_digits", "content_unit", "drug", "form", "id", "import_batch_id", "kind", "note", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "precision", "recorded_at", "recorded_by", "source_id", "source_system", "superseded_at", "supersedes_id", "uid", "units_digits", "withdrawn_at", "withdrawn_reason", "zone") VALUES (NEW."at", NEW."client_id", NEW."content_digits", NEW."content_unit", NEW."drug", NEW."form", NEW."id", NEW."import_batch_id", NEW."kind", NEW."note", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."precision", NEW."recorded_at", NEW."recorded_by", NEW."source_id", NEW."source_system", NEW."superseded_at", NEW."supersedes_id", NEW."uid", NEW."units_digits", NEW."withdrawn_at", NEW."withdrawn_reason", NEW."zone"); RETURN NULL;',
                            hash="88cc3cb3a603a3f608f206049787359eed5b9e41",
                            operation="INSERT",
                            pgid="pgtrigger_insert_insert_81112",
                            table="tracking_inventorycount",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="revision",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.revision = trabecula_next_revision(NEW.patient_id); RETURN NEW;",
                            hash="d9576c0d0d290a472519f804c225ec7d1ffacef6",
                            operation="INSERT OR UPDATE",
                            pgid="pgtrigger_revision_5bfac",
                            table="tracking_inventorycount",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="stated_once",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."patient_id" IS DISTINCT FROM (NEW."patient_id") OR OLD."uid" IS DISTINCT FROM (NEW."uid") OR OLD."client_id" IS DISTINCT FROM (NEW."client_id") OR OLD."recorded_at" IS DISTINCT FROM (NEW."recorded_at") OR OLD."recorded_by" IS DISTINCT FROM (NEW."recorded_by") OR OLD."source_system" IS DISTINCT FROM (NEW."source_system") OR OLD."source_id" IS DISTINCT FROM (NEW."source_id") OR OLD."import_batch_id" IS DISTINCT FROM (NEW."import_batch_id") OR OLD."supersedes_id" IS DISTINCT FROM (NEW."supersedes_id") OR OLD."at" IS DISTINCT FROM (NEW."at") OR OLD."precision" IS DISTINCT FROM (NEW."precision") OR OLD."zone" IS DISTINCT FROM (NEW."zone") OR OLD."drug" IS DISTINCT FROM (NEW."drug") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."form" IS DISTINCT FROM (NEW."form") OR OLD."units_digits" IS DISTINCT FROM (NEW."units_digits") OR OLD."content_digits" IS DISTINCT FROM (NEW."content_digits") OR OLD."content_unit" IS DISTINCT FROM (NEW."content_unit") OR OLD."note" IS DISTINCT FROM (NEW."note"))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="537bf38e68a002ee6b48e08bf0293848e512655d",
                            operation="UPDATE",
                            pgid="pgtrigger_stated_once_02984",
                            table="tracking_inventorycount",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="update_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."at" IS DISTINCT FROM (NEW."at") OR OLD."client_id" IS DISTINCT FROM (NEW."client_id") OR OLD."content_digits" IS DISTINCT FROM (NEW."content_digits") OR OLD."content_unit" IS DISTINCT FROM (NEW."content_unit") OR OLD."drug" IS DISTINCT FROM (NEW."drug") OR OLD."form" IS DISTINCT FROM (NEW."form") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."import_batch_id" IS DISTINCT FROM (NEW."import_batch_id") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."note" IS DISTINCT FROM (NEW."note") OR OLD."patient_id" IS DISTINCT FROM (NEW."patient_id") OR OLD."precision" IS DISTINCT FROM (NEW."precision") OR OLD."recorded_at" IS DISTINCT FROM (NEW."recorded_at") OR OLD."recorded_by" IS DISTINCT FROM (NEW."recorded_by") OR OLD."source_id" IS DISTINCT FROM (NEW."source_id") OR OLD."source_system" IS DISTINCT FROM (NEW."source_system") OR OLD."superseded_at" IS DISTINCT FROM (NEW."superseded_at") OR OLD."supersedes_id" IS DISTINCT FROM (NEW."supersedes_id") OR OLD."uid" IS DISTINCT FROM (NEW."uid") OR OLD."units_digits" IS DISTINCT FROM (NEW."units_digits") OR OLD."withdrawn_at" IS DISTINCT FROM (NEW."withdrawn_at") OR OLD."withdrawn_reason" IS DISTINCT FROM (NEW."withdrawn_reason") OR OLD."zone" IS DISTINCT FROM (NEW."zone"))',
                            func='INSERT INTO "tracking_inventorycounthistory" ("at", "client_id", "content_digits", "content_unit", "drug", "form", "id", "import_batch_id", "kind", "note", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "precision", "recorded_at", "recorded_by", "source_id", "source_system", "superseded_at", "supersedes_id", "uid", "units_digits", "withdrawn_at", "withdrawn_reason", "zone") VALUES (NEW."at", NEW."client_id", NEW."content_digits", NEW."content_unit", NEW."drug", NEW."form", NEW."id", NEW."import_batch_id", NEW."kind", NEW."note", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."precision", NEW."recorded_at", NEW."recorded_by", NEW."source_id", NEW."source_system", NEW."superseded_at", NEW."supersedes_id", NEW."uid", NEW."units_digits", NEW."withdrawn_at", NEW."withdrawn_reason", NEW."zone"); RETURN NULL;',
                            hash="2370e6c674b783699a1fbc71e79ebe2c7b0ee5db",
                            operation="UPDATE",
                            pgid="pgtrigger_update_update_e1ad1",
                            table="tracking_inventorycount",
                            when="AFTER",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ZoneMove",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("zone", models.CharField(help_text="IANA time zone", max_length=64)),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="%(class)s_rows", to="tracking.patient"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["patient", "at"], name="zonemove_of_patient")],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("zone", ""), _negated=True), name="zonemove_zone_stated")
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="e9ed0d5c5786d0e7a62ad9409895d489c0faf278",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_abf77",
                            table="tracking_zonemove",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ImportRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=tracking.models.base.new_uid, editable=False, unique=True)),
                ("number", models.PositiveIntegerField(help_text="its place among the rows, from 1")),
                ("place", models.CharField(help_text="where a person finds it in the file", max_length=200)),
                ("source_id", models.CharField(blank=True, default="", max_length=128)),
                ("subject", models.JSONField(blank=True, default=dict, help_text="whom the file says that it is about")),
                (
                    "kind",
                    models.CharField(
                        blank=True, default="", help_text="lab, scan, dose or regimen; empty: none of them", max_length=10
                    ),
                ),
                ("item", models.JSONField(blank=True, help_text="what was understood, as reported", null=True)),
                ("corrects", models.BooleanField(default=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("ready", "ready"),
                            ("duplicate", "duplicate"),
                            ("asks", "asks"),
                            ("refused", "refused"),
                            ("empty", "empty"),
                            ("skipped", "skipped"),
                            ("stored", "stored"),
                            ("undone", "undone"),
                        ],
                        max_length=10,
                    ),
                ),
                ("why", models.JSONField(blank=True, default=list, help_text="what stands against it, or what it asks")),
                ("answers", models.JSONField(blank=True, default=dict)),
                ("answered_by", models.CharField(blank=True, default="", max_length=64)),
                (
                    "content",
                    models.JSONField(
                        blank=True,
                        help_text="what is to be stored of a result that is ready and takes no other's place",
                        null=True,
                    ),
                ),
                ("stored_table", models.CharField(blank=True, default="", max_length=40)),
                ("stored_uid", models.UUIDField(blank=True, null=True)),
                (
                    "batch",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rows",
                        to="tracking.importbatch",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tracking.patient",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["batch", "state"], name="importrow_of_a_state"),
                    models.Index(
                        condition=models.Q(("state", tracking.models.imports.RowState["ASKS"])),
                        fields=["patient", "batch"],
                        name="importrow_asks",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("patient", "batch", "number"), name="importrow_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    tracking.models.imports.RowState["READY"],
                                    tracking.models.imports.RowState["DUPLICATE"],
                                    tracking.models.imports.RowState["ASKS"],
                                    tracking.models.imports.RowState["REFUSED"],
                                    tracking.models.imports.RowState["EMPTY"],
                                    tracking.models.imports.RowState["SKIPPED"],
                                    tracking.models.imports.RowState["STORED"],
                                    tracking.models.imports.RowState["UNDONE"],
                                ],
                            )
                        ),
                        name="importrow_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                (
                                    "state__in",
                                    [tracking.models.imports.RowState["STORED"], tracking.models.imports.RowState["UNDONE"]],
                                ),
                                _negated=True,
                            ),
                            ("stored_uid__isnull", False),
                            _connector="OR",
                        ),
                        name="importrow_stored_is_somewhere",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="stated_once",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."uid" IS DISTINCT FROM (NEW."uid") OR OLD."patient_id" IS DISTINCT FROM (NEW."patient_id") OR OLD."batch_id" IS DISTINCT FROM (NEW."batch_id") OR OLD."number" IS DISTINCT FROM (NEW."number") OR OLD."place" IS DISTINCT FROM (NEW."place") OR OLD."source_id" IS DISTINCT FROM (NEW."source_id") OR OLD."subject" IS DISTINCT FROM (NEW."subject") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."item" IS DISTINCT FROM (NEW."item") OR OLD."corrects" IS DISTINCT FROM (NEW."corrects"))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="301fb4863147bb9be9d67ae491c94ab4a778567a",
                            operation="UPDATE",
                            pgid="pgtrigger_stated_once_30c29",
                            table="tracking_importrow",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SyncLife",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("token", models.UUIDField(default=tracking.models.base.new_uid, editable=False, unique=True)),
                ("began_at_revision", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                ("by", models.CharField(max_length=64)),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="%(class)s_rows", to="tracking.patient"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("patient", "began_at_revision"), name="synclife_begins_once")],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="2113994ec3e6e462faab049082aed519a50076c1",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_e13b8",
                            table="tracking_synclife",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=tracking.models.base.new_uid, editable=False, unique=True)),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("made_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                ("used_at", models.DateTimeField(blank=True, null=True)),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="invitations", to="tracking.clinic"
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tracking.prescriber"),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("used_at", None),
                            models.Q(("used_at__lte", models.F("expires_at")), ("withdrawn_at", None)),
                            _connector="OR",
                        ),
                        name="invitation_used_in_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("digest__regex", "^[0-9a-f]{64}$")), name="invitation_keeps_a_digest"
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="stated_once",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."uid" IS DISTINCT FROM (NEW."uid") OR OLD."clinic_id" IS DISTINCT FROM (NEW."clinic_id") OR OLD."made_by_id" IS DISTINCT FROM (NEW."made_by_id") OR OLD."digest" IS DISTINCT FROM (NEW."digest") OR OLD."made_at" IS DISTINCT FROM (NEW."made_at") OR OLD."expires_at" IS DISTINCT FROM (NEW."expires_at"))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="9a2678582e3978661af6b2db2d7578741dca01d2",
                            operation="UPDATE",
                            pgid="pgtrigger_stated_once_63f46",
                            table="tracking_invitation",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ColleagueInvitation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=tracking.models.base.new_uid, editable=False, unique=True)),
                ("email", models.EmailField(help_text="where the letter went", max_length=254)),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("made_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                ("used_at", models.DateTimeField(blank=True, null=True)),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="colleague_invitations",
                        to="tracking.clinic",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tracking.prescriber"),
                ),
                (
                    "member",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tracking.prescriber",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("member", None), ("used_at", None)),
                            models.Q(
                                ("member__isnull", False),
                                ("used_at__isnull", False),
                                ("used_at__lt", models.F("expires_at")),
                                ("withdrawn_at", None),
                            ),
                            _connector="OR",
                        ),
                        name="colleagueinvitation_used_in_time_by_a_member",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("digest__regex", "^[0-9a-f]{64}$")), name="colleagueinvitation_keeps_a_digest"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("email", django.db.models.functions.text.Lower("email"))),
                        name="colleagueinvitation_email_in_lower_case",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("used_at", None), ("withdrawn_at", None)),
                        fields=("clinic", "email"),
                        name="colleagueinvitation_one_open_per_address",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="stated_once",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."uid" IS DISTINCT FROM (NEW."uid") OR OLD."clinic_id" IS DISTINCT FROM (NEW."clinic_id") OR OLD."made_by_id" IS DISTINCT FROM (NEW."made_by_id") OR OLD."email" IS DISTINCT FROM (NEW."email") OR OLD."digest" IS DISTINCT FROM (NEW."digest") OR OLD."made_at" IS DISTINCT FROM (NEW."made_at") OR OLD."expires_at" IS DISTINCT FROM (NEW."expires_at"))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="5ec4a3d7d7d6c969a39473b054d3b997ac15f508",
                            operation="UPDATE",
                            pgid="pgtrigger_stated_once_7b2cb",
                            table="tracking_colleagueinvitation",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ReadToken",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=tracking.models.base.new_uid, editable=False, unique=True)),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("label", models.CharField(help_text="whom he gave it to, in his words", max_length=80)),
                ("scope", models.JSONField(help_text="categories it reads")),
                ("made_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("last_used_at", models.DateTimeField(blank=True, null=True)),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="%(class)s_rows", to="tracking.patient"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("made_at"))), name="readtoken_holds_for_a_while"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("digest__regex", "^[0-9a-f]{64}$")), name="readtoken_keeps_a_digest"
                    ),
                    models.CheckConstraint(condition=models.Q(("label", ""), _negated=True), name="readtoken_says_for_whom"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("scope__contained_by", ["labs", "doses", "scans", "symptoms", "conclusions"]),
                            models.Q(
                                models.Q(("scope__contains", ["conclusions"]), _negated=True),
                                ("scope__contains", ["labs", "doses", "scans", "symptoms", "conclusions"]),
                                _connector="OR",
                            ),
                            models.Q(("scope", []), _negated=True),
                        ),
                        name="readtoken_names_what_it_reads",
                    ),
                ],
                "indexes": [models.Index(fields=["patient", "-made_at"], name="readtoken_of_patient")],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="stated_once",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."patient_id" IS DISTINCT FROM (NEW."patient_id") OR OLD."uid" IS DISTINCT FROM (NEW."uid") OR OLD."digest" IS DISTINCT FROM (NEW."digest") OR OLD."label" IS DISTINCT FROM (NEW."label") OR OLD."scope" IS DISTINCT FROM (NEW."scope") OR OLD."made_at" IS DISTINCT FROM (NEW."made_at") OR OLD."expires_at" IS DISTINCT FROM (NEW."expires_at"))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="7359a45cb1bbe0fa218612cb6cbcbed0603e938c",
                            operation="UPDATE",
                            pgid="pgtrigger_stated_once_0af44",
                            table="tracking_readtoken",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="AccountExport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=tracking.models.base.new_uid, editable=False, unique=True)),
                ("asked_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[("asked", "Asked"), ("ready", "Ready"), ("failed", "Failed"), ("gone", "Gone")],
                        default="asked",
                        max_length=6,
                    ),
                ),
                ("percent", models.PositiveSmallIntegerField(default=0, help_text="how far it has come")),
                ("ended_at", models.DateTimeField(blank=True, help_text="when it was ready, or failed", null=True)),
                ("expires_at", models.DateTimeField(blank=True, help_text="until when it can be fetched", null=True)),
                ("archive", models.BinaryField(blank=True, null=True)),
                ("size", models.PositiveBigIntegerField(default=0, help_text="bytes")),
                ("sha256", models.CharField(blank=True, default="", max_length=64)),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="%(class)s_rows", to="tracking.patient"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "asked")), fields=("patient",), name="accountexport_one_at_a_time"
                    ),
                    models.CheckConstraint(condition=models.Q(("percent__lte", 100)), name="accountexport_percent_is_one"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("archive__isnull", False),
                                ("ended_at__isnull", False),
                                ("expires_at__isnull", False),
                                ("state", "ready"),
                            ),
                            models.Q(("archive", None), ("ended_at", None), ("state", "asked")),
                            models.Q(("archive", None), ("ended_at__isnull", False), ("state__in", ["failed", "gone"])),
                            _connector="OR",
                        ),
                        name="accountexport_state_is_whole",
                    ),
                ],
                "indexes": [
                    models.Index(condition=models.Q(("state", "ready")), fields=["expires_at"], name="accountexport_to_clear")
                ],
            },
        ),
        migrations.CreateModel(
            name="ErasureRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=tracking.models.base.new_uid, editable=False, unique=True)),
                ("asked_at", models.DateTimeField()),
                ("due_at", models.DateTimeField(help_text="until then signing in cancels it")),
                ("cancelled_at", models.DateTimeField(blank=True, null=True)),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                ("erased", models.JSONField(blank=True, default=dict, help_text="rows that went, by table")),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="%(class)s_rows", to="tracking.patient"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("cancelled_at", None)), fields=("patient",), name="erasurerequest_one_at_a_time"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("done_at", None),
                            models.Q(("cancelled_at", None), ("done_at__gte", models.F("due_at"))),
                            _connector="OR",
                        ),
                        name="erasurerequest_not_before_due",
                    ),
                ],
                "indexes": [
                    models.Index(
                        condition=models.Q(("cancelled_at", None), ("done_at", None)),
                        fields=["due_at"],
                        name="erasurerequest_due",
                    )
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="stated_once",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."patient_id" IS DISTINCT FROM (NEW."patient_id") OR OLD."uid" IS DISTINCT FROM (NEW."uid") OR OLD."asked_at" IS DISTINCT FROM (NEW."asked_at") OR OLD."due_at" IS DISTINCT FROM (NEW."due_at"))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="e49c3a151f9606048026da1fb656c9496e2528c3",
                            operation="UPDATE",
                            pgid="pgtrigger_stated_once_e1129",
                            table="tracking_erasurerequest",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="AnsweredRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("method", models.CharField(max_length=8)),
                ("route", models.CharField(help_text="the address as it was asked for", max_length=300)),
                ("key", models.CharField(help_text="as the client minted it", max_length=200)),
                (
                    "body_digest",
                    models.CharField(help_text="SHA-256 of the body, of one canonical form, and of the query", max_length=64),
                ),
                ("status", models.PositiveSmallIntegerField()),
                ("headers", models.JSONField(default=dict, help_text="those that the answer had of its own")),
                ("answer", models.JSONField(help_text="as it was rendered; null: none", null=True)),
                ("at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        help_text="whose request it was",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="%(class)s_rows", to="tracking.patient"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["at"], name="answeredrequest_at"),
                    models.Index(fields=["patient"], name="answeredrequest_of_patient"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("account", "method", "route", "key"), name="answeredrequest_once"),
                    models.CheckConstraint(
                        condition=models.Q(("status__gte", 200), ("status__lt", 300)), name="answeredrequest_was_accepted"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(models.Q(("key", ""), _negated=True), models.Q(("route", ""), _negated=True)),
                        name="answeredrequest_named",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BreakGlass",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=tracking.models.base.new_uid, editable=False, unique=True)),
                ("reason", models.CharField(max_length=400)),
                ("opened_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="%(class)s_rows", to="tracking.patient"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(condition=models.Q(("closed_at", None)), fields=["user"], name="breakglass_open")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("opened_at")), models.Q(("reason", ""), _negated=True)),
                        name="breakglass_stated",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("closed_at", None), ("closed_at__gte", models.F("opened_at")), _connector="OR"),
                        name="breakglass_closes_after_it_opened",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("closed_at", None)), fields=("patient", "user"), name="breakglass_one_open"
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="delete_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "tracking_breakglasshistory" ("closed_at", "expires_at", "id", "opened_at", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "uid", "user_id") VALUES (OLD."closed_at", OLD."expires_at", OLD."id", OLD."opened_at", OLD."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."reason", OLD."uid", OLD."user_id"); RETURN NULL;',
                            hash="e2ab043560902639a69f6a3d8cec7cf375d054ef",
                            operation="DELETE",
                            pgid="pgtrigger_delete_delete_d5406",
                            table="tracking_breakglass",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="insert_insert",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "tracking_breakglasshistory" ("closed_at", "expires_at", "id", "opened_at", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "uid", "user_id") VALUES (NEW."closed_at", NEW."expires_at", NEW."id", NEW."opened_at", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."reason", NEW."uid", NEW."user_id"); RETURN NULL;',
                            hash="9a83a059e7d4578764f7ffe30b23b753fcf344af",
                            operation="INSERT",
                            pgid="pgtrigger_insert_insert_d281e",
                            table="tracking_breakglass",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="update_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                            func='INSERT INTO "tracking_breakglasshistory" ("closed_at", "expires_at", "id", "opened_at", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "uid", "user_id") VALUES (NEW."closed_at", NEW."expires_at", NEW."id", NEW."opened_at", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."reason", NEW."uid", NEW."user_id"); RETURN NULL;',
                            hash="469565eb0c8ef64a0647e1ae7178f793005a54fc",
                            operation="UPDATE",
                            pgid="pgtrigger_update_update_62812",
                            table="tracking_breakglass",
                            when="AFTER",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DexaSite",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=tracking.models.base.new_uid, editable=False, unique=True)),
                ("revision", models.BigIntegerField(default=0, editable=False)),
                ("region", models.CharField(max_length=20)),
                ("side", models.CharField(blank=True, default="", max_length=8)),
                ("vertebrae", models.CharField(blank=True, default="", max_length=20)),
                ("bmd_digits", models.CharField(help_text="as reported", max_length=24)),
                ("bmd_unit", models.CharField(default="g/cm2", max_length=10)),
                ("t_score", models.CharField(blank=True, default="", help_text="as reported: -2.6 stays -2.6", max_length=8)),
                ("z_score", models.CharField(blank=True, default="", help_text="as reported", max_length=8)),
                (
                    "lsc_digits",
                    models.CharField(
                        blank=True,
                        default="",
                        help_text="the facility's least significant change, g/cm2; empty: not recorded",
                        max_length=24,
                    ),
                ),
                (
                    "scan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="sites", to="tracking.dexascan"
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)s_rows",
                        to="tracking.patient",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [models.Index(fields=["patient", "revision"], name="dexasite_revision")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("bmd_digits__regex", "^[0-9]{1,12}(\\.[0-9]{1,9})?$")),
                        name="dexasite_bmd_is_a_number",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("lsc_digits", ""), ("lsc_digits__regex", "^[0-9]{1,12}(\\.[0-9]{1,9})?$"), _connector="OR"
                        ),
                        name="dexasite_lsc_is_a_number",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("t_score", ""), ("t_score__regex", "^-?[0-9]{1,2}(\\.[0-9]{1,2})?$"), _connector="OR"
                        ),
                        name="dexasite_t_score_is_a_number",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("z_score", ""), ("z_score__regex", "^-?[0-9]{1,2}(\\.[0-9]{1,2})?$"), _connector="OR"
                        ),
                        name="dexasite_z_score_is_a_number",
                    ),
                    models.UniqueConstraint(fields=("scan", "region", "side", "vertebrae"), name="dexasite_once_per_scan"),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="delete_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "tracking_dexasitehistory" ("bmd_digits", "bmd_unit", "id", "lsc_digits", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "region", "scan_id", "side", "t_score", "uid", "vertebrae", "z_score") VALUES (OLD."bmd_digits", OLD."bmd_unit", OLD."id", OLD."lsc_digits", OLD."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."region", OLD."scan_id", OLD."side", OLD."t_score", OLD."uid", OLD."vertebrae", OLD."z_score"); RETURN NULL;',
                            hash="f8b6595857663e9230c25293e2a2431ea1a6cd16",
                            operation="DELETE",
                            pgid="pgtrigger_delete_delete_75b5f",
                            table="tracking_dexasite",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="insert_insert",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "tracking_dexasitehistory" ("bmd_digits", "bmd_unit", "id", "lsc_digits", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "region", "scan_id", "side", "t_score", "uid", "vertebrae", "z_score") VALUES (NEW."bmd_digits", NEW."bmd_unit", NEW."id", NEW."lsc_digits", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."region", NEW."scan_id", NEW."side", NEW."t_score", NEW."uid", NEW."vertebrae", NEW."z_score"); RETURN NULL;',
                            hash="a9af6effa5851010ba33c6da36e09d7e606e6b8e",
                            operation="INSERT",
                            pgid="pgtrigger_insert_insert_0e52b",
                            table="tracking_dexasite",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="revision",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.revision = trabecula_next_revision(NEW.patient_id); RETURN NEW;",
                            hash="051cdbf4c09a591e87f173262e05bce18bdbd8b1",
                            operation="INSERT OR UPDATE",
                            pgid="pgtrigger_revision_50db7",
                            table="tracking_dexasite",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="stated_once",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."patient_id" IS DISTINCT FROM (NEW."patient_id") OR OLD."uid" IS DISTINCT FROM (NEW."uid") OR OLD."scan_id" IS DISTINCT FROM (NEW."scan_id") OR OLD."region" IS DISTINCT FROM (NEW."region") OR OLD."side" IS DISTINCT FROM (NEW."side") OR OLD."vertebrae" IS DISTINCT FROM (NEW."vertebrae") OR OLD."bmd_digits" IS DISTINCT FROM (NEW."bmd_digits") OR OLD."bmd_unit" IS DISTINCT FROM (NEW."bmd_unit") OR OLD."t_score" IS DISTINCT FROM (NEW."t_score") OR OLD."z_score" IS DISTINCT FROM (NEW."z_score") OR OLD."lsc_digits" IS DISTINCT FROM (NEW."lsc_digits"))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="59a3fa49c4e8de013038b372d86b7d45461d07ac",
                            operation="UPDATE",
                            pgid="pgtrigger_stated_once_49116",
                            table="tracking_dexasite",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="update_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."bmd_digits" IS DISTINCT FROM (NEW."bmd_digits") OR OLD."bmd_unit" IS DISTINCT FROM (NEW."bmd_unit") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."lsc_digits" IS DISTINCT FROM (NEW."lsc_digits") OR OLD."patient_id" IS DISTINCT FROM (NEW."patient_id") OR OLD."region" IS DISTINCT FROM (NEW."region") OR OLD."scan_id" IS DISTINCT FROM (NEW."scan_id") OR OLD."side" IS DISTINCT FROM (NEW."side") OR OLD."t_score" IS DISTINCT FROM (NEW."t_score") OR OLD."uid" IS DISTINCT FROM (NEW."uid") OR OLD."vertebrae" IS DISTINCT FROM (NEW."vertebrae") OR OLD."z_score" IS DISTINCT FROM (NEW."z_score"))',
                            func='INSERT INTO "tracking_dexasitehistory" ("bmd_digits", "bmd_unit", "id", "lsc_digits", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "region", "scan_id", "side", "t_score", "uid", "vertebrae", "z_score") VALUES (NEW."bmd_digits", NEW."bmd_unit", NEW."id", NEW."lsc_digits", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."region", NEW."scan_id", NEW."side", NEW."t_score", NEW."uid", NEW."vertebrae", NEW."z_score"); RETURN NULL;',
                            hash="bd1c878cb2c88ea50bfb394e2adf3ea2edbe7a53",
                            operation="UPDATE",
                            pgid="pgtrigger_update_update_d5558",
                            table="tracking_dexasite",
                            when="AFTER",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Finding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=tracking.models.base.new_uid, editable=False, unique=True)),
                ("revision", models.BigIntegerField(default=0, editable=False)),
                ("code", models.CharField(max_length=60)),
                ("priority", models.PositiveSmallIntegerField()),
                ("lane", models.CharField(max_length=24)),
                ("severity", models.CharField(max_length=16)),
                (
                    "detail",
                    models.JSONField(default=dict, help_text="parameters, inputs, sources, sentences, what would clear it"),
                ),
                ("released_at", models.DateTimeField(blank=True, null=True)),
                (
                    "evaluation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="findings", to="tracking.evaluation"
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)s_rows",
                        to="tracking.patient",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [models.Index(fields=["patient", "revision"], name="finding_revision")],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("priority__lte", 4)), name="finding_priority_0_to_4")
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="delete_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "tracking_findinghistory" ("code", "evaluation_id", "id", "lane", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "priority", "released_at", "severity", "uid") VALUES (OLD."code", OLD."evaluation_id", OLD."id", OLD."lane", OLD."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."priority", OLD."released_at", OLD."severity", OLD."uid"); RETURN NULL;',
                            hash="b9458ded4e4d28f046843d0573ccc0f75786508a",
                            operation="DELETE",
                            pgid="pgtrigger_delete_delete_696da",
                            table="tracking_finding",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="insert_insert",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "tracking_findinghistory" ("code", "evaluation_id", "id", "lane", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "priority", "released_at", "severity", "uid") VALUES (NEW."code", NEW."evaluation_id", NEW."id", NEW."lane", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."priority", NEW."released_at", NEW."severity", NEW."uid"); RETURN NULL;',
                            hash="9f09178d6132d36cb10f9a6c010b886533df5804",
                            operation="INSERT",
                            pgid="pgtrigger_insert_insert_9f40e",
                            table="tracking_finding",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="revision",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.revision = trabecula_next_revision(NEW.patient_id); RETURN NEW;",
                            hash="c46002e438cc4e1ec00f2e02f4ad27026044090a",
                            operation="INSERT OR UPDATE",
                            pgid="pgtrigger_revision_1a604",
                            table="tracking_finding",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="stated_once",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."patient_id" IS DISTINCT FROM (NEW."patient_id") OR OLD."uid" IS DISTINCT FROM (NEW."uid") OR OLD."evaluation_id" IS DISTINCT FROM (NEW."evaluation_id") OR OLD."code" IS DISTINCT FROM (NEW."code") OR OLD."priority" IS DISTINCT FROM (NEW."priority") OR OLD."lane" IS DISTINCT FROM (NEW."lane") OR OLD."severity" IS DISTINCT FROM (NEW."severity") OR OLD."detail" IS DISTINCT FROM (NEW."detail"))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="0533013d5e1244e64bed314ab9cf4c9254bce8b0",
                            operation="UPDATE",
                            pgid="pgtrigger_stated_once_67cdf",
                            table="tracking_finding",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="update_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."code" IS DISTINCT FROM (NEW."code") OR OLD."evaluation_id" IS DISTINCT FROM (NEW."evaluation_id") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."lane" IS DISTINCT FROM (NEW."lane") OR OLD."patient_id" IS DISTINCT FROM (NEW."patient_id") OR OLD."priority" IS DISTINCT FROM (NEW."priority") OR OLD."released_at" IS DISTINCT FROM (NEW."released_at") OR OLD."severity" IS DISTINCT FROM (NEW."severity") OR OLD."uid" IS DISTINCT FROM (NEW."uid"))',
                            func='INSERT INTO "tracking_findinghistory" ("code", "evaluation_id", "id", "lane", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "priority", "released_at", "severity", "uid") VALUES (NEW."code", NEW."evaluation_id", NEW."id", NEW."lane", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."priority", NEW."released_at", NEW."severity", NEW."uid"); RETURN NULL;',
                            hash="8204769420cd2fe2914d59ea0b0b2875625b7de6",
                            operation="UPDATE",
                            pgid="pgtrigger_update_update_d9c79",
                            table="tracking_finding",
                            when="AFTER",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LabResultHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                ("uid", models.UUIDField(default=tracking.models.base.new_uid, editable=False)),
                ("client_id", models.CharField(default=tracking.models.base.new_client_id, max_length=36)),
                ("recorded_at", models.DateTimeField(help_text="when it was entered here")),
                ("recorded_by", models.CharField(help_text="the actor who entered it", max_length=64)),
                (
                    "source_system",
                    models.CharField(
                        blank=True, default="", help_text="where it came from, empty if typed here", max_length=64
                    ),
                ),
                ("source_id", models.CharField(blank=True, default="", help_text="its name there", max_length=128)),
                ("superseded_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_reason", models.CharField(blank=True, default="", max_length=200)),
                (
                    "at",
                    models.DateTimeField(help_text="UTC instant; with a coarser precision the start of that span in the zone"),
                ),
                (
                    "precision",
                    models.CharField(
                        choices=[
                            ("minute", "minute"),
                            ("day", "day"),
                            ("month", "month"),
                            ("year", "year"),
                            ("unknown", "unknown"),
                        ],
                        max_length=8,
                    ),
                ),
                ("zone", models.CharField(help_text="IANA time zone", max_length=64)),
                ("analyte", models.CharField(max_length=40)),
                ("comparator", models.CharField(blank=True, default="", max_length=2)),
                ("digits", models.CharField(help_text="as typed or transmitted: 5.10 stays 5.10", max_length=24)),
                ("unit", models.CharField(help_text="UCUM code", max_length=40)),
                ("method", models.CharField(default=tracking.domain.reported.Method["UNKNOWN"], max_length=12)),
                ("method_evidence", models.CharField(default=tracking.domain.reported.MethodEvidence["NONE"], max_length=20)),
                ("laboratory", models.CharField(blank=True, default="", max_length=120)),
                (
                    "range_low",
                    models.CharField(
                        blank=True, default="", help_text="the laboratory's range, in the unit of the value", max_length=24
                    ),
                ),
                ("range_high", models.CharField(blank=True, default="", max_length=24)),
                (
                    "lloq",
                    models.CharField(
                        blank=True, default="", help_text="lower limit of quantitation, in the unit of the value", max_length=24
                    ),
                ),
                (
                    "confirmed_reason",
                    models.CharField(blank=True, default="", help_text="why an unusual value is right", max_length=200),
                ),
                (
                    "import_batch",
                    models.ForeignKey(
                        db_index=False,
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="tracking.importbatch",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="history",
                        related_query_name="history_of",
                        to="tracking.labresult",
                    ),
                ),
                (
                    "supersedes",
                    models.ForeignKey(
                        db_index=False,
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="tracking.labresult",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        db_index=False,
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="tracking.patient",
                    ),
                ),
                (
                    "biotin",
                    models.BooleanField(
                        blank=True,
                        help_text="biotin of 5 mg a day or more in the 72 hours before; null where nobody asked",
                        null=True,
                    ),
                ),
                ("fasting", models.BooleanField(blank=True, help_text="drawn fasting; null where nobody asked", null=True)),
                (
                    "unit_confirmed",
                    models.BooleanField(
                        db_default=False, default=False, help_text="somebody looked at the report, and it states this unit"
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [models.Index(fields=["patient", "pgh_id"], name="tracking_la_patient_6ca9e8_idx")],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="2c236fbfa126d70e7554f7407df0f57ed5a22683",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_5a726",
                            table="tracking_labresulthistory",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="FractureHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                ("uid", models.UUIDField(default=tracking.models.base.new_uid, editable=False)),
                ("client_id", models.CharField(default=tracking.models.base.new_client_id, max_length=36)),
                ("recorded_at", models.DateTimeField(help_text="when it was entered here")),
                ("recorded_by", models.CharField(help_text="the actor who entered it", max_length=64)),
                (
                    "source_system",
                    models.CharField(
                        blank=True, default="", help_text="where it came from, empty if typed here", max_length=64
                    ),
                ),
                ("source_id", models.CharField(blank=True, default="", help_text="its name there", max_length=128)),
                ("superseded_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_reason", models.CharField(blank=True, default="", max_length=200)),
                (
                    "at",
                    models.DateTimeField(help_text="UTC instant; with a coarser precision the start of that span in the zone"),
                ),
                (
                    "precision",
                    models.CharField(
                        choices=[
                            ("minute", "minute"),
                            ("day", "day"),
                            ("month", "month"),
                            ("year", "year"),
                            ("unknown", "unknown"),
                        ],
                        max_length=8,
                    ),
                ),
                ("zone", models.CharField(help_text="IANA time zone", max_length=64)),
                ("site", models.CharField(max_length=40)),
                (
                    "fragility",
                    models.BooleanField(blank=True, help_text="from standing height or less; empty: not stated", null=True),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="history",
                        related_query_name="history_of",
                        to="tracking.fracture",
                    ),
                ),
                (
                    "supersedes",
                    models.ForeignKey(
                        db_index=False,
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="tracking.fracture",
                    ),
                ),
                (
                    "import_batch",
                    models.ForeignKey(
                        db_index=False,
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="tracking.importbatch",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        db_index=False,
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="tracking.patient",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [models.Index(fields=["patient", "pgh_id"], name="tracking_fr_patient_fc00da_idx")],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="4a742e74347958754381b40e428cff3f731ec737",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_f14e5",
                            table="tracking_fracturehistory",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DexaScanHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                ("uid", models.UUIDField(default=tracking.models.base.new_uid, editable=False)),
                ("client_id", models.CharField(default=tracking.models.base.new_client_id, max_length=36)),
                ("recorded_at", models.DateTimeField(help_text="when it was entered here")),
                ("recorded_by", models.CharField(help_text="the actor who entered it", max_length=64)),
                (
                    "source_system",
                    models.CharField(
                        blank=True, default="", help_text="where it came from, empty if typed here", max_length=64
                    ),
                ),
                ("source_id", models.CharField(blank=True, default="", help_text="its name there", max_length=128)),
                ("superseded_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_reason", models.CharField(blank=True, default="", max_length=200)),
                ("scanned_on", models.DateField()),
                ("facility", models.CharField(blank=True, default="", max_length=120)),
                (
                    "device",
                    models.CharField(
                        blank=True, default="", help_text="model and serial number; empty if not stated", max_length=120
                    ),
                ),
                (
                    "reference",
                    models.CharField(blank=True, default="", help_text="reference database behind the scores", max_length=120),
                ),
                ("confirmed_reason", models.CharField(blank=True, default="", max_length=200)),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="history",
                        related_query_name="history_of",
                        to="tracking.dexascan",
                    ),
                ),
                (
                    "supersedes",
                    models.ForeignKey(
                        db_index=False,
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="tracking.dexascan",
                    ),
                ),
                (
                    "import_batch",
                    models.ForeignKey(
                        db_index=False,
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="tracking.importbatch",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        db_index=False,
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="tracking.patient",
                    ),
                ),
                (
                    "scanner_changed",
                    models.BooleanField(
                        db_default=False,
                        default=False,
                        help_text="the facility moved or replaced the scanner since the visit before",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [models.Index(fields=["patient", "pgh_id"], name="tracking_de_patient_dae9f6_idx")],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="7ab1cdbe625d68e98b6ac80af4301c094086a607",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_59e40",
                            table="tracking_dexascanhistory",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CareRelationshipHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                ("uid", models.UUIDField(default=tracking.models.base.new_uid, editable=False)),
                ("scope", models.JSONField(default=list, help_text="categories he shares; empty means all")),
                ("granted_at", models.DateTimeField()),
                ("granted_by", models.CharField(max_length=64)),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                ("revoked_by", models.CharField(blank=True, default="", max_length=64)),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="history",
                        related_query_name="history_of",
                        to="tracking.carerelationship",
                    ),
                ),
                (
                    "clinic",
                    models.ForeignKey(
                        db_index=False,
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="tracking.clinic",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        db_index=False,
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="tracking.patient",
                    ),
                ),
                (
                    "lead",
                    models.ForeignKey(
                        db_index=False,
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="tracking.prescriber",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [models.Index(fields=["patient", "pgh_id"], name="tracking_ca_patient_1cabb3_idx")],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="a444dc41a3ee72059daf97b58fc303e91b0102ae",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_078c0",
                            table="tracking_carerelationshiphistory",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DoseEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=tracking.models.base.new_uid, editable=False, unique=True)),
                ("revision", models.BigIntegerField(default=0, editable=False)),
                ("client_id", models.CharField(default=tracking.models.base.new_client_id, max_length=36)),
                ("recorded_at", models.DateTimeField(help_text="when it was entered here")),
                ("recorded_by", models.CharField(help_text="the actor who entered it", max_length=64)),
                (
                    "source_system",
                    models.CharField(
                        blank=True, default="", help_text="where it came from, empty if typed here", max_length=64
                    ),
                ),
                ("source_id", models.CharField(blank=True, default="", help_text="its name there", max_length=128)),
                ("superseded_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_reason", models.CharField(blank=True, default="", max_length=200)),
                (
                    "at",
                    models.DateTimeField(help_text="UTC instant; with a coarser precision the start of that span in the zone"),
                ),
                (
                    "precision",
                    models.CharField(
                        choices=[
                            ("minute", "minute"),
                            ("day", "day"),
                            ("month", "month"),
                            ("year", "year"),
                            ("unknown", "unknown"),
                        ],
                        max_length=8,
                    ),
                ),
                ("zone", models.CharField(help_text="IANA time zone", max_length=64)),
                ("drug", models.CharField(max_length=40)),
                (
                    "kind",
                    models.CharField(
                        choices=[("taken", "taken"), ("skipped", "skipped"), ("late", "late"), ("extra", "extra")], max_length=8
                    ),
                ),
                (
                    "amount_digits",
                    models.CharField(blank=True, default="", help_text="empty for a skipped dose", max_length=24),
                ),
                ("site", models.CharField(blank=True, default="", max_length=40)),
                ("confirmed_reason", models.CharField(blank=True, default="", max_length=200)),
                (
                    "supersedes",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="superseded_by",
                        to="tracking.doseevent",
                    ),
                ),
                (
                    "import_batch",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tracking.importbatch",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)s_rows",
                        to="tracking.patient",
                    ),
                ),
                (
                    "regimen",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="tracking.regimen",
                    ),
                ),
                ("amount_unit", models.CharField(db_default="mg", default="mg", max_length=8)),
            ],
            options={
                "abstract": False,
                "indexes": [
                    models.Index(fields=["patient", "revision"], name="doseevent_revision"),
                    models.Index(
                        condition=models.Q(("superseded_at", None), ("withdrawn_at", None)),
                        fields=["patient", "drug", "-at"],
                        name="doseevent_log",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("superseded_at", None)),
                        fields=("patient", "client_id"),
                        name="doseevent_client_id_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            models.Q(("source_id", ""), _negated=True), ("superseded_at", None), ("withdrawn_at", None)
                        ),
                        fields=("patient", "source_system", "source_id"),
                        name="doseevent_source_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("client_id__regex", "^[A-Za-z0-9_.-]{1,36}$")), name="doseevent_client_id_form"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "precision__in",
                                [
                                    tracking.domain.reported.Precision["MINUTE"],
                                    tracking.domain.reported.Precision["DAY"],
                                    tracking.domain.reported.Precision["MONTH"],
                                    tracking.domain.reported.Precision["YEAR"],
                                    tracking.domain.reported.Precision["UNKNOWN"],
                                ],
                            )
                        ),
                        name="doseevent_precision_known",
                    ),
                    models.CheckConstraint(condition=models.Q(("zone", ""), _negated=True), name="doseevent_zone_stated"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    tracking.domain.history.DoseKind["TAKEN"],
                                    tracking.domain.history.DoseKind["SKIPPED"],
                                    tracking.domain.history.DoseKind["LATE"],
                                    tracking.domain.history.DoseKind["EXTRA"],
                                ],
                            )
                        ),
                        name="doseevent_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("amount_digits", ""), ("kind", tracking.domain.history.DoseKind["SKIPPED"])),
                            models.Q(
                                models.Q(("kind", tracking.domain.history.DoseKind["SKIPPED"]), _negated=True),
                                ("amount_digits__regex", "^[0-9]{1,12}(\\.[0-9]{1,9})?$"),
                            ),
                            _connector="OR",
                        ),
                        name="doseevent_amount_unless_skipped",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount_unit__in", ("mg", "ug", "IU"))), name="doseevent_amount_unit_known"
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="delete_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "tracking_doseeventhistory" ("amount_digits", "amount_unit", "at", "client_id", "confirmed_reason", "drug", "id", "import_batch_id", "kind", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "precision", "recorded_at", "recorded_by", "regimen_id", "site", "source_id", "source_system", "superseded_at", "supersedes_id", "uid", "withdrawn_at", "withdrawn_reason", "zone") VALUES (OLD."amount_digits", OLD."amount_unit", OLD."at", OLD."client_id", OLD."confirmed_reason", OLD."drug", OLD."id", OLD."import_batch_id", OLD."kind", OLD."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."precision", OLD."recorded_at", OLD."recorded_by", OLD."regimen_id", OLD."site", OLD."source_id", OLD."source_system", OLD."superseded_at", OLD."supersedes_id", OLD."uid", OLD."withdrawn_at", OLD."withdrawn_reason", OLD."zone"); RETURN NULL;',
                            hash="8b0d9bf6e28b512c2785acf196e2bb281f0e0924",
                            operation="DELETE",
                            pgid="pgtrigger_delete_delete_fc07c",
                            table="tracking_doseevent",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="insert_insert",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "tracking_doseeventhistory" ("amount_digits", "amount_unit", "at", "client_id", "confirmed_reason", "drug", "id", "import_batch_id", "kind", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "precision", "recorded_at", "recorded_by", "regimen_id", "site", "source_id", "source_system", "superseded_at", "supersedes_id", "uid", "withdrawn_at", "withdrawn_reason", "zone") VALUES (NEW."amount_digits", NEW."amount_unit", NEW."at", NEW."client_id", NEW."confirmed_reason", NEW."drug", NEW."id", NEW."import_batch_id", NEW."kind", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."precision", NEW."recorded_at", NEW."recorded_by", NEW."regimen_id", NEW."site", NEW."source_id", NEW."source_system", NEW."superseded_at", NEW."supersedes_id", NEW."uid", NEW."withdrawn_at", NEW."withdrawn_reason", NEW."zone"); RETURN NULL;',
                            hash="d19b97f24466404737cb46c81764b42937193ed4",
                            operation="INSERT",
                            pgid="pgtrigger_insert_insert_66c8e",
                            table="tracking_doseevent",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="revision",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.revision = trabecula_next_revision(NEW.patient_id); RETURN NEW;",
                            hash="e1934eaed63f913cdfb4b7ffde09ae58b7712cc0",
                            operation="INSERT OR UPDATE",
                            pgid="pgtrigger_revision_298c5",
                            table="tracking_doseevent",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="stated_once",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."patient_id" IS DISTINCT FROM (NEW."patient_id") OR OLD."uid" IS DISTINCT FROM (NEW."uid") OR OLD."client_id" IS DISTINCT FROM (NEW."client_id") OR OLD."recorded_at" IS DISTINCT FROM (NEW."recorded_at") OR OLD."recorded_by" IS DISTINCT FROM (NEW."recorded_by") OR OLD."source_system" IS DISTINCT FROM (NEW."source_system") OR OLD."source_id" IS DISTINCT FROM (NEW."source_id") OR OLD."import_batch_id" IS DISTINCT FROM (NEW."import_batch_id") OR OLD."supersedes_id" IS DISTINCT FROM (NEW."supersedes_id") OR OLD."at" IS DISTINCT FROM (NEW."at") OR OLD."precision" IS DISTINCT FROM (NEW."precision") OR OLD."zone" IS DISTINCT FROM (NEW."zone") OR OLD."drug" IS DISTINCT FROM (NEW."drug") OR OLD."regimen_id" IS DISTINCT FROM (NEW."regimen_id") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."amount_digits" IS DISTINCT FROM (NEW."amount_digits") OR OLD."amount_unit" IS DISTINCT FROM (NEW."amount_unit") OR OLD."site" IS DISTINCT FROM (NEW."site") OR OLD."confirmed_reason" IS DISTINCT FROM (NEW."confirmed_reason"))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="49c6ed8609da38b788d6c3a5010e0a522171a120",
                            operation="UPDATE",
                            pgid="pgtrigger_stated_once_13729",
                            table="tracking_doseevent",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="update_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."amount_digits" IS DISTINCT FROM (NEW."amount_digits") OR OLD."amount_unit" IS DISTINCT FROM (NEW."amount_unit") OR OLD."at" IS DISTINCT FROM (NEW."at") OR OLD."client_id" IS DISTINCT FROM (NEW."client_id") OR OLD."confirmed_reason" IS DISTINCT FROM (NEW."confirmed_reason") OR OLD."drug" IS DISTINCT FROM (NEW."drug") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."import_batch_id" IS DISTINCT FROM (NEW."import_batch_id") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."patient_id" IS DISTINCT FROM (NEW."patient_id") OR OLD."precision" IS DISTINCT FROM (NEW."precision") OR OLD."recorded_at" IS DISTINCT FROM (NEW."recorded_at") OR OLD."recorded_by" IS DISTINCT FROM (NEW."recorded_by") OR OLD."regimen_id" IS DISTINCT FROM (NEW."regimen_id") OR OLD."site" IS DISTINCT FROM (NEW."site") OR OLD."source_id" IS DISTINCT FROM (NEW."source_id") OR OLD."source_system" IS DISTINCT FROM (NEW."source_system") OR OLD."superseded_at" IS DISTINCT FROM (NEW."superseded_at") OR OLD."supersedes_id" IS DISTINCT FROM (NEW."supersedes_id") OR OLD."uid" IS DISTINCT FROM (NEW."uid") OR OLD."withdrawn_at" IS DISTINCT FROM (NEW."withdrawn_at") OR OLD."withdrawn_reason" IS DISTINCT FROM (NEW."withdrawn_reason") OR OLD."zone" IS DISTINCT FROM (NEW."zone"))',
                            func='INSERT INTO "tracking_doseeventhistory" ("amount_digits", "amount_unit", "at", "client_id", "confirmed_reason", "drug", "id", "import_batch_id", "kind", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "precision", "recorded_at", "recorded_by", "regimen_id", "site", "source_id", "source_system", "superseded_at", "supersedes_id", "uid", "withdrawn_at", "withdrawn_reason", "zone") VALUES (NEW."amount_digits", NEW."amount_unit", NEW."at", NEW."client_id", NEW."confirmed_reason", NEW."drug", NEW."id", NEW."import_batch_id", NEW."kind", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."precision", NEW."recorded_at", NEW."recorded_by", NEW."regimen_id", NEW."site", NEW."source_id", NEW."source_system", NEW."superseded_at", NEW."supersedes_id", NEW."uid", NEW."withdrawn_at", NEW."withdrawn_reason", NEW."zone"); RETURN NULL;',
                            hash="b7a0b39bdb7e5edd7d8c82878d2f528edfab6b85",
                            operation="UPDATE",
                            pgid="pgtrigger_update_update_f11a0",
                            table="tracking_doseevent",
                            when="AFTER",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RegimenHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                ("uid", models.UUIDField(default=tracking.models.base.new_uid, editable=False)),
                ("client_id", models.CharField(default=tracking.models.base.new_client_id, max_length=36)),
                ("recorded_at", models.DateTimeField(help_text="when it was entered here")),
                ("recorded_by", models.CharField(help_text="the actor who entered it", max_length=64)),
                (
                    "source_system",
                    models.CharField(
                        blank=True, default="", help_text="where it came from, empty if typed here", max_length=64
                    ),
                ),
                ("source_id", models.CharField(blank=True, default="", help_text="its name there", max_length=128)),
                ("superseded_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_reason", models.CharField(blank=True, default="", max_length=200)),
                ("drug", models.CharField(max_length=40)),
                (
                    "dose_digits",
                    models.CharField(
                        help_text="one dose of the product, as written; where they differ, the largest", max_length=24
                    ),
                ),
                ("schedule", models.JSONField()),
                ("origin", models.CharField(choices=[("prescribed", "prescribed"), ("self", "self")], max_length=10)),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField(blank=True, help_text="the first day on which it no longer holds", null=True)),
                ("zone", models.CharField(max_length=64)),
                ("reason", models.CharField(blank=True, default="", help_text="why it was started or changed", max_length=200)),
                ("end_reason", models.CharField(blank=True, default="", max_length=200)),
                ("review_on", models.DateField(blank=True, help_text="planned review", null=True)),
                ("confirmed_reason", models.CharField(blank=True, default="", max_length=200)),
                (
                    "import_batch",
                    models.ForeignKey(
                        db_index=False,
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="tracking.importbatch",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        db_index=False,
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="tracking.patient",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="history",
                        related_query_name="history_of",
                        to="tracking.regimen",
                    ),
                ),
                (
                    "previous",
                    models.ForeignKey(
                        db_index=False,
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="tracking.regimen",
                    ),
                ),
                (
                    "supersedes",
                    models.ForeignKey(
                        db_index=False,
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="tracking.regimen",
                    ),
                ),
                ("dose_unit", models.CharField(db_default="mg", default="mg", max_length=8)),
                (
                    "strength_digits",
                    models.CharField(
                        blank=True,
                        db_default="",
                        default="",
                        help_text="of one tablet, in the unit of the dose; empty: not stated",
                        max_length=24,
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [models.Index(fields=["patient", "pgh_id"], name="tracking_re_patient_5a0633_idx")],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="6d3f2d6851766c6e6f41c996c17982fb1d9d5a0b",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_257aa",
                            table="tracking_regimenhistory",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RiskFactorHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                ("uid", models.UUIDField(default=tracking.models.base.new_uid, editable=False)),
                ("client_id", models.CharField(default=tracking.models.base.new_client_id, max_length=36)),
                ("recorded_at", models.DateTimeField(help_text="when it was entered here")),
                ("recorded_by", models.CharField(help_text="the actor who entered it", max_length=64)),
                (
                    "source_system",
                    models.CharField(
                        blank=True, default="", help_text="where it came from, empty if typed here", max_length=64
                    ),
                ),
                ("source_id", models.CharField(blank=True, default="", help_text="its name there", max_length=128)),
                ("superseded_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_reason", models.CharField(blank=True, default="", max_length=200)),
                ("code", models.CharField(max_length=40)),
                ("since", models.DateField(blank=True, null=True)),
                ("until", models.DateField(blank=True, null=True)),
                ("note", models.CharField(blank=True, default="", max_length=200)),
                (
                    "import_batch",
                    models.ForeignKey(
                        db_index=False,
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="tracking.importbatch",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        db_index=False,
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="tracking.patient",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="history",
                        related_query_name="history_of",
                        to="tracking.riskfactor",
                    ),
                ),
                (
                    "supersedes",
                    models.ForeignKey(
                        db_index=False,
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="tracking.riskfactor",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [models.Index(fields=["patient", "pgh_id"], name="tracking_ri_patient_aa7b11_idx")],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="7bdf779f20b4b5ffb3535d72658a0cbcfe8f1eea",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_91b7a",
                            table="tracking_riskfactorhistory",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Standing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("evaluated_at", models.DateTimeField()),
                ("next_change_at", models.DateTimeField(blank=True, db_index=True, null=True)),
                (
                    "evaluation",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tracking.evaluation"),
                ),
                (
                    "patient",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="standing", to="tracking.patient"
                    ),
                ),
                (
                    "deployment_floor",
                    models.CharField(
                        blank=True,
                        default="",
                        help_text="the deployment's floor then, pg/mL as set; empty: none",
                        max_length=24,
                    ),
                ),
                (
                    "rulebook_version",
                    models.CharField(
                        blank=True,
                        db_default="",
                        help_text="by which he was looked at last; empty: not known, so look again",
                        max_length=64,
                    ),
                ),
                (
                    "days_below",
                    models.PositiveSmallIntegerField(
                        db_default=0, help_text="known days below the floor in the longest window"
                    ),
                ),
                ("has_current", models.BooleanField(db_default=False, help_text="an estradiol speaks for today")),
                (
                    "without_since",
                    models.DateField(blank=True, help_text="since when none does; empty: never, or not known", null=True),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [models.Index(fields=["rulebook_version", "patient"], name="standing_by_rulebook")],
            },
        ),
        migrations.CreateModel(
            name="FloorSettingHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                ("uid", models.UUIDField(default=tracking.models.base.new_uid, editable=False)),
                ("set_at", models.DateTimeField()),
                ("reason", models.CharField(max_length=200)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "ended_by",
                    models.CharField(blank=True, default="", help_text="the actor who ended or replaced it", max_length=64),
                ),
                ("expires_on", models.DateField(help_text="the last day on which it counts, in his zone")),
                ("digits", models.CharField(help_text="pg/mL, as typed", max_length=24)),
                (
                    "clinic",
                    models.ForeignKey(
                        db_index=False,
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="tracking.clinic",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        db_index=False,
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="tracking.patient",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="history",
                        related_query_name="history_of",
                        to="tracking.floorsetting",
                    ),
                ),
                (
                    "set_by",
                    models.ForeignKey(
                        db_index=False,
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="tracking.prescriber",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [models.Index(fields=["patient", "pgh_id"], name="tracking_fl_patient_9d6f00_idx")],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="b66d37018e8b23f9200fdd02aa33dab37e2ee1b2",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_3b066",
                            table="tracking_floorsettinghistory",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="IntervalSettingHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                ("uid", models.UUIDField(default=tracking.models.base.new_uid, editable=False)),
                ("set_at", models.DateTimeField()),
                ("reason", models.CharField(max_length=200)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "ended_by",
                    models.CharField(blank=True, default="", help_text="the actor who ended or replaced it", max_length=64),
                ),
                ("expires_on", models.DateField(help_text="the last day on which it counts, in his zone")),
                ("kind", models.CharField(max_length=24)),
                ("every_months", models.PositiveSmallIntegerField()),
                (
                    "clinic",
                    models.ForeignKey(
                        db_index=False,
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="tracking.clinic",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        db_index=False,
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="tracking.patient",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="history",
                        related_query_name="history_of",
                        to="tracking.intervalsetting",
                    ),
                ),
                (
                    "set_by",
                    models.ForeignKey(
                        db_index=False,
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="tracking.prescriber",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [models.Index(fields=["patient", "pgh_id"], name="tracking_in_patient_986a99_idx")],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="7f36ee5e0c3eb2db04151c6d89056bd2b8f485ef",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_156c3",
                            table="tracking_intervalsettinghistory",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Episode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=tracking.models.base.new_uid, editable=False, unique=True)),
                ("revision", models.BigIntegerField(default=0, editable=False)),
                ("family", models.CharField(help_text="findings that continue one another", max_length=60)),
                ("opened_at", models.DateTimeField()),
                ("code", models.CharField(help_text="the worst finding of the family", max_length=60)),
                ("priority", models.PositiveSmallIntegerField()),
                ("worst_priority", models.PositiveSmallIntegerField(help_text="the most urgent it has been")),
                ("severity", models.CharField(max_length=16)),
                ("tier", models.CharField(blank=True, default="", max_length=16)),
                ("lane", models.CharField(max_length=24)),
                (
                    "margin",
                    models.CharField(
                        blank=True, default="", help_text="upper bound over floor, exact; empty: none", max_length=40
                    ),
                ),
                ("censored", models.BooleanField(default=False)),
                ("count", models.PositiveSmallIntegerField(default=1, help_text="findings of the family at once")),
                (
                    "rule_changed",
                    models.CharField(
                        blank=True,
                        default="",
                        help_text="the rulebook that no longer finds it; empty: it is found",
                        max_length=64,
                    ),
                ),
                (
                    "respond_by",
                    models.DateTimeField(blank=True, help_text="the first instant at which an answer is late", null=True),
                ),
                ("acknowledged_at", models.DateTimeField(blank=True, null=True)),
                ("acknowledged_by", models.CharField(blank=True, default="", max_length=64)),
                ("outcome", models.CharField(blank=True, default="", max_length=24)),
                ("note", models.CharField(blank=True, default="", max_length=400)),
                ("snoozed_at", models.DateTimeField(blank=True, null=True)),
                ("snoozed_until", models.DateTimeField(blank=True, null=True)),
                ("snoozed_by", models.CharField(blank=True, default="", max_length=64)),
                ("snooze_reason", models.CharField(blank=True, default="", max_length=400)),
                (
                    "first_snoozed_at",
                    models.DateTimeField(blank=True, help_text="since it opened, worsened or came back", null=True),
                ),
                ("resolved_at", models.DateTimeField(blank=True, null=True)),
                ("resolution", models.CharField(blank=True, default="", max_length=16)),
                ("reopened", models.PositiveSmallIntegerField(default=0)),
                (
                    "evaluation",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tracking.evaluation"),
                ),
                (
                    "opened_in",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tracking.evaluation"),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)s_rows",
                        to="tracking.patient",
                    ),
                ),
                (
                    "told_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="when a message about it last reached somebody of his clinic; empty: none is known to have",
                        null=True,
                    ),
                ),
                (
                    "assigned_to",
                    models.ForeignKey(
                        blank=True,
                        help_text="whose work it is; empty: his lead's",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tracking.prescriber",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [
                    models.Index(fields=["patient", "revision"], name="episode_revision"),
                    models.Index(
                        condition=models.Q(("acknowledged_at", None), ("resolved_at", None)),
                        fields=["respond_by"],
                        name="episode_unanswered",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("resolved_at", None)),
                        fields=("patient", "family"),
                        name="episode_one_unresolved_per_family",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("priority__lte", 4), ("worst_priority__lte", models.F("priority"))),
                        name="episode_priorities_in_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("count__gte", 1),
                            (
                                "lane__in",
                                [
                                    tracking.domain.rulebook.base.Lane["LOW_E2"],
                                    tracking.domain.rulebook.base.Lane["BONE_AND_THERAPY"],
                                    tracking.domain.rulebook.base.Lane["BLIND_ON_AI"],
                                    tracking.domain.rulebook.base.Lane["SAFETY"],
                                    tracking.domain.rulebook.base.Lane["HIGH"],
                                ],
                            ),
                            ("severity__in", ("critical", "high", "moderate", "info")),
                            models.Q(("family", ""), _negated=True),
                            models.Q(("code", ""), _negated=True),
                        ),
                        name="episode_level_stated",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("margin", ""), ("margin__regex", "^[0-9]{1,9}(\\.[0-9]{1,30})?$"), _connector="OR"),
                        name="episode_margin_is_a_number",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("acknowledged_at", None), ("acknowledged_by", ""), ("note", ""), ("outcome", "")),
                            models.Q(
                                ("acknowledged_at__isnull", False),
                                (
                                    "outcome__in",
                                    [
                                        tracking.domain.episodes.Outcome["CONTACTED"],
                                        tracking.domain.episodes.Outcome["CHANGED_PLAN"],
                                        tracking.domain.episodes.Outcome["REPEAT_ORDERED"],
                                        tracking.domain.episodes.Outcome["ACCEPTED_WITH_REASON"],
                                    ],
                                ),
                                models.Q(("acknowledged_by", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="episode_acknowledged_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("note", ""), ("outcome", tracking.domain.episodes.Outcome["ACCEPTED_WITH_REASON"]), _negated=True
                        ),
                        name="episode_accepted_with_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("snooze_reason", ""), ("snoozed_at", None), ("snoozed_by", ""), ("snoozed_until", None)),
                            models.Q(
                                ("first_snoozed_at__isnull", False),
                                ("snoozed_at__isnull", False),
                                ("snoozed_until__isnull", False),
                                ("first_snoozed_at__lte", models.F("snoozed_at")),
                                ("snoozed_until__gt", models.F("snoozed_at")),
                                models.Q(("snoozed_by", ""), _negated=True),
                                models.Q(("snooze_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="episode_snoozed_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("resolution", ""), ("resolved_at", None)),
                            models.Q(
                                (
                                    "resolution__in",
                                    [
                                        tracking.domain.episodes.Resolution["RECOVERED"],
                                        tracking.domain.episodes.Resolution["RULE_CHANGED"],
                                    ],
                                ),
                                ("resolved_at__gte", models.F("opened_at")),
                                ("resolved_at__isnull", False),
                                ("snoozed_at", None),
                            ),
                            _connector="OR",
                        ),
                        name="episode_resolved_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("resolution", tracking.domain.episodes.Resolution["RULE_CHANGED"]), _negated=True),
                            models.Q(models.Q(("rule_changed", ""), _negated=True), ("acknowledged_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="episode_rule_change_was_seen",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="delete_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "tracking_episodehistory" ("acknowledged_at", "acknowledged_by", "assigned_to_id", "censored", "code", "count", "evaluation_id", "family", "first_snoozed_at", "id", "lane", "margin", "note", "opened_at", "opened_in_id", "outcome", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "priority", "reopened", "resolution", "resolved_at", "respond_by", "rule_changed", "severity", "snooze_reason", "snoozed_at", "snoozed_by", "snoozed_until", "tier", "told_at", "uid", "worst_priority") VALUES (OLD."acknowledged_at", OLD."acknowledged_by", OLD."assigned_to_id", OLD."censored", OLD."code", OLD."count", OLD."evaluation_id", OLD."family", OLD."first_snoozed_at", OLD."id", OLD."lane", OLD."margin", OLD."note", OLD."opened_at", OLD."opened_in_id", OLD."outcome", OLD."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."priority", OLD."reopened", OLD."resolution", OLD."resolved_at", OLD."respond_by", OLD."rule_changed", OLD."severity", OLD."snooze_reason", OLD."snoozed_at", OLD."snoozed_by", OLD."snoozed_until", OLD."tier", OLD."told_at", OLD."uid", OLD."worst_priority"); RETURN NULL;',
                            hash="86875e416a618334f5cc73a064280c87b21137bf",
                            operation="DELETE",
                            pgid="pgtrigger_delete_delete_5a78c",
                            table="tracking_episode",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="insert_insert",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "tracking_episodehistory" ("acknowledged_at", "acknowledged_by", "assigned_to_id", "censored", "code", "count", "evaluation_id", "family", "first_snoozed_at", "id", "lane", "margin", "note", "opened_at", "opened_in_id", "outcome", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "priority", "reopened", "resolution", "resolved_at", "respond_by", "rule_changed", "severity", "snooze_reason", "snoozed_at", "snoozed_by", "snoozed_until", "tier", "told_at", "uid", "worst_priority") VALUES (NEW."acknowledged_at", NEW."acknowledged_by", NEW."assigned_to_id", NEW."censored", NEW."code", NEW."count", NEW."evaluation_id", NEW."family", NEW."first_snoozed_at", NEW."id", NEW."lane", NEW."margin", NEW."note", NEW."opened_at", NEW."opened_in_id", NEW."outcome", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."priority", NEW."reopened", NEW."resolution", NEW."resolved_at", NEW."respond_by", NEW."rule_changed", NEW."severity", NEW."snooze_reason", NEW."snoozed_at", NEW."snoozed_by", NEW."snoozed_until", NEW."tier", NEW."told_at", NEW."uid", NEW."worst_priority"); RETURN NULL;',
                            hash="bc0993172c04a6a79375a1769c2f7fb02ec1da34",
                            operation="INSERT",
                            pgid="pgtrigger_insert_insert_16725",
                            table="tracking_episode",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="revision",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.revision = trabecula_next_revision(NEW.patient_id); RETURN NEW;",
                            hash="0107d037a98d1e2cee9ef5bf834cf1d18a38da9f",
                            operation="INSERT OR UPDATE",
                            pgid="pgtrigger_revision_3d2c6",
                            table="tracking_episode",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="update_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."acknowledged_at" IS DISTINCT FROM (NEW."acknowledged_at") OR OLD."acknowledged_by" IS DISTINCT FROM (NEW."acknowledged_by") OR OLD."assigned_to_id" IS DISTINCT FROM (NEW."assigned_to_id") OR OLD."censored" IS DISTINCT FROM (NEW."censored") OR OLD."code" IS DISTINCT FROM (NEW."code") OR OLD."count" IS DISTINCT FROM (NEW."count") OR OLD."evaluation_id" IS DISTINCT FROM (NEW."evaluation_id") OR OLD."family" IS DISTINCT FROM (NEW."family") OR OLD."first_snoozed_at" IS DISTINCT FROM (NEW."first_snoozed_at") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."lane" IS DISTINCT FROM (NEW."lane") OR OLD."margin" IS DISTINCT FROM (NEW."margin") OR OLD."note" IS DISTINCT FROM (NEW."note") OR OLD."opened_at" IS DISTINCT FROM (NEW."opened_at") OR OLD."opened_in_id" IS DISTINCT FROM (NEW."opened_in_id") OR OLD."outcome" IS DISTINCT FROM (NEW."outcome") OR OLD."patient_id" IS DISTINCT FROM (NEW."patient_id") OR OLD."priority" IS DISTINCT FROM (NEW."priority") OR OLD."reopened" IS DISTINCT FROM (NEW."reopened") OR OLD."resolution" IS DISTINCT FROM (NEW."resolution") OR OLD."resolved_at" IS DISTINCT FROM (NEW."resolved_at") OR OLD."respond_by" IS DISTINCT FROM (NEW."respond_by") OR OLD."rule_changed" IS DISTINCT FROM (NEW."rule_changed") OR OLD."severity" IS DISTINCT FROM (NEW."severity") OR OLD."snooze_reason" IS DISTINCT FROM (NEW."snooze_reason") OR OLD."snoozed_at" IS DISTINCT FROM (NEW."snoozed_at") OR OLD."snoozed_by" IS DISTINCT FROM (NEW."snoozed_by") OR OLD."snoozed_until" IS DISTINCT FROM (NEW."snoozed_until") OR OLD."tier" IS DISTINCT FROM (NEW."tier") OR OLD."told_at" IS DISTINCT FROM (NEW."told_at") OR OLD."uid" IS DISTINCT FROM (NEW."uid") OR OLD."worst_priority" IS DISTINCT FROM (NEW."worst_priority"))',
                            func='INSERT INTO "tracking_episodehistory" ("acknowledged_at", "acknowledged_by", "assigned_to_id", "censored", "code", "count", "evaluation_id", "family", "first_snoozed_at", "id", "lane", "margin", "note", "opened_at", "opened_in_id", "outcome", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "priority", "reopened", "resolution", "resolved_at", "respond_by", "rule_changed", "severity", "snooze_reason", "snoozed_at", "snoozed_by", "snoozed_until", "tier", "told_at", "uid", "worst_priority") VALUES (NEW."acknowledged_at", NEW."acknowledged_by", NEW."assigned_to_id", NEW."censored", NEW."code", NEW."count", NEW."evaluation_id", NEW."family", NEW."first_snoozed_at", NEW."id", NEW."lane", NEW."margin", NEW."note", NEW."opened_at", NEW."opened_in_id", NEW."outcome", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."priority", NEW."reopened", NEW."resolution", NEW."resolved_at", NEW."respond_by", NEW."rule_changed", NEW."severity", NEW."snooze_reason", NEW."snoozed_at", NEW."snoozed_by", NEW."snoozed_until", NEW."tier", NEW."told_at", NEW."uid", NEW."worst_priority"); RETURN NULL;',
                            hash="bf72106fd6dff16a3a794b6dd9d118183e0a522a",
                            operation="UPDATE",
                            pgid="pgtrigger_update_update_85b36",
                            table="tracking_episode",
                            when="AFTER",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DrugUseHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                ("uid", models.UUIDField(default=tracking.models.base.new_uid, editable=False)),
                ("client_id", models.CharField(default=tracking.models.base.new_client_id, max_length=36)),
                ("recorded_at", models.DateTimeField(help_text="when it was entered here")),
                ("recorded_by", models.CharField(help_text="the actor who entered it", max_length=64)),
                (
                    "source_system",
                    models.CharField(
                        blank=True, default="", help_text="where it came from, empty if typed here", max_length=64
                    ),
                ),
                ("source_id", models.CharField(blank=True, default="", help_text="its name there", max_length=128)),
                ("superseded_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_reason", models.CharField(blank=True, default="", max_length=200)),
                ("drug", models.CharField(max_length=40)),
                ("since", models.DateField(blank=True, help_text="empty: not known", null=True)),
                (
                    "until",
                    models.DateField(blank=True, help_text="the first day without it; empty: he still uses it", null=True),
                ),
                ("note", models.CharField(blank=True, default="", max_length=200)),
                (
                    "import_batch",
                    models.ForeignKey(
                        db_index=False,
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="tracking.importbatch",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        db_index=False,
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="tracking.patient",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="history",
                        related_query_name="history_of",
                        to="tracking.druguse",
                    ),
                ),
                (
                    "supersedes",
                    models.ForeignKey(
                        db_index=False,
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="tracking.druguse",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [models.Index(fields=["patient", "pgh_id"], name="tracking_dr_patient_6682ef_idx")],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="b08cac78aeef2ebe9a86c5e665b754143f57e01b",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_d1dd4",
                            table="tracking_drugusehistory",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="LifestyleHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                ("uid", models.UUIDField(default=tracking.models.base.new_uid, editable=False)),
                ("client_id", models.CharField(default=tracking.models.base.new_client_id, max_length=36)),
                ("recorded_at", models.DateTimeField(help_text="when it was entered here")),
                ("recorded_by", models.CharField(help_text="the actor who entered it", max_length=64)),
                (
                    "source_system",
                    models.CharField(
                        blank=True, default="", help_text="where it came from, empty if typed here", max_length=64
                    ),
                ),
                ("source_id", models.CharField(blank=True, default="", help_text="its name there", max_length=128)),
                ("superseded_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_reason", models.CharField(blank=True, default="", max_length=200)),
                ("code", models.CharField(max_length=40)),
                ("digits", models.CharField(help_text="as typed, in the unit of the measure", max_length=24)),
                ("unit", models.CharField(max_length=20)),
                ("since", models.DateField(help_text="the first day of which it is true")),
                ("confirmed_reason", models.CharField(blank=True, default="", max_length=200)),
                ("note", models.CharField(blank=True, default="", max_length=200)),
                (
                    "import_batch",
                    models.ForeignKey(
                        db_index=False,
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="tracking.importbatch",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        db_index=False,
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="tracking.patient",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="history",
                        related_query_name="history_of",
                        to="tracking.lifestyle",
                    ),
                ),
                (
                    "supersedes",
                    models.ForeignKey(
                        db_index=False,
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="tracking.lifestyle",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [models.Index(fields=["patient", "pgh_id"], name="tracking_li_patient_98aafb_idx")],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="5115b1f90cc2e3be1de5ce89d03f3dec33e22e3d",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_b4cf1",
                            table="tracking_lifestylehistory",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SymptomHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                ("uid", models.UUIDField(default=tracking.models.base.new_uid, editable=False)),
                ("client_id", models.CharField(default=tracking.models.base.new_client_id, max_length=36)),
                ("recorded_at", models.DateTimeField(help_text="when it was entered here")),
                ("recorded_by", models.CharField(help_text="the actor who entered it", max_length=64)),
                (
                    "source_system",
                    models.CharField(
                        blank=True, default="", help_text="where it came from, empty if typed here", max_length=64
                    ),
                ),
                ("source_id", models.CharField(blank=True, default="", help_text="its name there", max_length=128)),
                ("superseded_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_reason", models.CharField(blank=True, default="", max_length=200)),
                (
                    "at",
                    models.DateTimeField(help_text="UTC instant; with a coarser precision the start of that span in the zone"),
                ),
                (
                    "precision",
                    models.CharField(
                        choices=[
                            ("minute", "minute"),
                            ("day", "day"),
                            ("month", "month"),
                            ("year", "year"),
                            ("unknown", "unknown"),
                        ],
                        max_length=8,
                    ),
                ),
                ("zone", models.CharField(help_text="IANA time zone", max_length=64)),
                ("code", models.CharField(max_length=40)),
                ("score", models.SmallIntegerField(help_text="0 (none) to 10")),
                ("felt_on", models.DateField(help_text="the day of the calendar where he was")),
                ("place", models.SmallIntegerField(help_text="which of the items of that day")),
                (
                    "import_batch",
                    models.ForeignKey(
                        db_index=False,
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="tracking.importbatch",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        db_index=False,
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="tracking.patient",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="history",
                        related_query_name="history_of",
                        to="tracking.symptom",
                    ),
                ),
                (
                    "supersedes",
                    models.ForeignKey(
                        db_index=False,
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="tracking.symptom",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [models.Index(fields=["patient", "pgh_id"], name="tracking_sy_patient_a63870_idx")],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="8a2eeebddc892778739a0b63325ea447d18d1939",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_f3a70",
                            table="tracking_symptomhistory",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="InventoryCountHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                ("uid", models.UUIDField(default=tracking.models.base.new_uid, editable=False)),
                ("client_id", models.CharField(default=tracking.models.base.new_client_id, max_length=36)),
                ("recorded_at", models.DateTimeField(help_text="when it was entered here")),
                ("recorded_by", models.CharField(help_text="the actor who entered it", max_length=64)),
                (
                    "source_system",
                    models.CharField(
                        blank=True, default="", help_text="where it came from, empty if typed here", max_length=64
                    ),
                ),
                ("source_id", models.CharField(blank=True, default="", help_text="its name there", max_length=128)),
                ("superseded_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_reason", models.CharField(blank=True, default="", max_length=200)),
                (
                    "at",
                    models.DateTimeField(help_text="UTC instant; with a coarser precision the start of that span in the zone"),
                ),
                (
                    "precision",
                    models.CharField(
                        choices=[
                            ("minute", "minute"),
                            ("day", "day"),
                            ("month", "month"),
                            ("year", "year"),
                            ("unknown", "unknown"),
                        ],
                        max_length=8,
                    ),
                ),
                ("zone", models.CharField(help_text="IANA time zone", max_length=64)),
                ("drug", models.CharField(max_length=40)),
                ("kind", models.CharField(choices=[("count", "count"), ("refill", "refill")], max_length=8)),
                ("form", models.CharField(help_text="what one unit is: a form of the rulebook", max_length=16)),
                ("units_digits", models.CharField(help_text="how many units, as counted", max_length=24)),
                (
                    "content_digits",
                    models.CharField(help_text="how much of the drug one unit holds, as written", max_length=24),
                ),
                ("content_unit", models.CharField(max_length=8)),
                ("note", models.CharField(blank=True, default="", max_length=200)),
                (
                    "import_batch",
                    models.ForeignKey(
                        db_index=False,
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="tracking.importbatch",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        db_index=False,
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="tracking.patient",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="history",
                        related_query_name="history_of",
                        to="tracking.inventorycount",
                    ),
                ),
                (
                    "supersedes",
                    models.ForeignKey(
                        db_index=False,
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="tracking.inventorycount",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [models.Index(fields=["patient", "pgh_id"], name="tracking_in_patient_5e9831_idx")],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="bb46d620407666694b92828bd2e28836dec592c0",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_f4d08",
                            table="tracking_inventorycounthistory",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RegimenPause",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=tracking.models.base.new_uid, editable=False, unique=True)),
                ("revision", models.BigIntegerField(default=0, editable=False)),
                ("client_id", models.CharField(default=tracking.models.base.new_client_id, max_length=36)),
                ("recorded_at", models.DateTimeField(help_text="when it was entered here")),
                ("recorded_by", models.CharField(help_text="the actor who entered it", max_length=64)),
                (
                    "source_system",
                    models.CharField(
                        blank=True, default="", help_text="where it came from, empty if typed here", max_length=64
                    ),
                ),
                ("source_id", models.CharField(blank=True, default="", help_text="its name there", max_length=128)),
                ("superseded_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_reason", models.CharField(blank=True, default="", max_length=200)),
                ("starts_on", models.DateField()),
                (
                    "ends_on",
                    models.DateField(blank=True, help_text="the first day on which the regimen holds again", null=True),
                ),
                ("reason", models.CharField(blank=True, default="", max_length=200)),
                (
                    "import_batch",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tracking.importbatch",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)s_rows",
                        to="tracking.patient",
                    ),
                ),
                (
                    "regimen",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="pauses", to="tracking.regimen"
                    ),
                ),
                (
                    "supersedes",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="superseded_by",
                        to="tracking.regimenpause",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [models.Index(fields=["patient", "revision"], name="regimenpause_revision")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("superseded_at", None)),
                        fields=("patient", "client_id"),
                        name="regimenpause_client_id_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            models.Q(("source_id", ""), _negated=True), ("superseded_at", None), ("withdrawn_at", None)
                        ),
                        fields=("patient", "source_system", "source_id"),
                        name="regimenpause_source_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("client_id__regex", "^[A-Za-z0-9_.-]{1,36}$")), name="regimenpause_client_id_form"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ends_on", None), ("ends_on__gte", models.F("starts_on")), _connector="OR"),
                        name="regimenpause_ends_after_start",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="delete_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "tracking_regimenpausehistory" ("client_id", "ends_on", "id", "import_batch_id", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "recorded_at", "recorded_by", "regimen_id", "source_id", "source_system", "starts_on", "superseded_at", "supersedes_id", "uid", "withdrawn_at", "withdrawn_reason") VALUES (OLD."client_id", OLD."ends_on", OLD."id", OLD."import_batch_id", OLD."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."reason", OLD."recorded_at", OLD."recorded_by", OLD."regimen_id", OLD."source_id", OLD."source_system", OLD."starts_on", OLD."superseded_at", OLD."supersedes_id", OLD."uid", OLD."withdrawn_at", OLD."withdrawn_reason"); RETURN NULL;',
                            hash="1c9fe096f5229ac69c352b0e4ed98042fb70a30c",
                            operation="DELETE",
                            pgid="pgtrigger_delete_delete_98451",
                            table="tracking_regimenpause",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="insert_insert",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "tracking_regimenpausehistory" ("client_id", "ends_on", "id", "import_batch_id", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "recorded_at", "recorded_by", "regimen_id", "source_id", "source_system", "starts_on", "superseded_at", "supersedes_id", "uid", "withdrawn_at", "withdrawn_reason") VALUES (NEW."client_id", NEW."ends_on", NEW."id", NEW."import_batch_id", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."reason", NEW."recorded_at", NEW."recorded_by", NEW."regimen_id", NEW."source_id", NEW."source_system", NEW."starts_on", NEW."superseded_at", NEW."supersedes_id", NEW."uid", NEW."withdrawn_at", NEW."withdrawn_reason"); RETURN NULL;',
                            hash="69cbdc3a9c9573565acc7d5c7ecf29555f55d5eb",
                            operation="INSERT",
                            pgid="pgtrigger_insert_insert_019ff",
                            table="tracking_regimenpause",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="revision",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.revision = trabecula_next_revision(NEW.patient_id); RETURN NEW;",
                            hash="ac9c5ee2de73b4b4b594ab0f0e6b214f10f1aeb2",
                            operation="INSERT OR UPDATE",
                            pgid="pgtrigger_revision_f0139",
                            table="tracking_regimenpause",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="update_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."client_id" IS DISTINCT FROM (NEW."client_id") OR OLD."ends_on" IS DISTINCT FROM (NEW."ends_on") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."import_batch_id" IS DISTINCT FROM (NEW."import_batch_id") OR OLD."patient_id" IS DISTINCT FROM (NEW."patient_id") OR OLD."reason" IS DISTINCT FROM (NEW."reason") OR OLD."recorded_at" IS DISTINCT FROM (NEW."recorded_at") OR OLD."recorded_by" IS DISTINCT FROM (NEW."recorded_by") OR OLD."regimen_id" IS DISTINCT FROM (NEW."regimen_id") OR OLD."source_id" IS DISTINCT FROM (NEW."source_id") OR OLD."source_system" IS DISTINCT FROM (NEW."source_system") OR OLD."starts_on" IS DISTINCT FROM (NEW."starts_on") OR OLD."superseded_at" IS DISTINCT FROM (NEW."superseded_at") OR OLD."supersedes_id" IS DISTINCT FROM (NEW."supersedes_id") OR OLD."uid" IS DISTINCT FROM (NEW."uid") OR OLD."withdrawn_at" IS DISTINCT FROM (NEW."withdrawn_at") OR OLD."withdrawn_reason" IS DISTINCT FROM (NEW."withdrawn_reason"))',
                            func='INSERT INTO "tracking_regimenpausehistory" ("client_id", "ends_on", "id", "import_batch_id", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "recorded_at", "recorded_by", "regimen_id", "source_id", "source_system", "starts_on", "superseded_at", "supersedes_id", "uid", "withdrawn_at", "withdrawn_reason") VALUES (NEW."client_id", NEW."ends_on", NEW."id", NEW."import_batch_id", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."reason", NEW."recorded_at", NEW."recorded_by", NEW."regimen_id", NEW."source_id", NEW."source_system", NEW."starts_on", NEW."superseded_at", NEW."supersedes_id", NEW."uid", NEW."withdrawn_at", NEW."withdrawn_reason"); RETURN NULL;',
                            hash="94a913efe80d2d6d588c74e114246b5bfd59380c",
                            operation="UPDATE",
                            pgid="pgtrigger_update_update_12de8",
                            table="tracking_regimenpause",
                            when="AFTER",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ShareCode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=tracking.models.base.new_uid, editable=False, unique=True)),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("scope", models.JSONField(default=list, help_text="categories he shares; empty means all")),
                ("made_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                ("used_at", models.DateTimeField(blank=True, null=True)),
                ("used_by", models.CharField(blank=True, default="", help_text="the actor who redeemed it", max_length=64)),
                (
                    "care",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tracking.carerelationship",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="%(class)s_rows", to="tracking.patient"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("used_at", None), ("withdrawn_at", None)),
                        fields=("patient",),
                        name="sharecode_one_open_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("care", None), ("used_at", None), ("used_by", "")),
                            models.Q(
                                ("care__isnull", False),
                                ("used_at__lte", models.F("expires_at")),
                                ("withdrawn_at", None),
                                models.Q(("used_by", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="sharecode_used_in_time_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("digest__regex", "^[0-9a-f]{64}$")), name="sharecode_keeps_a_digest"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("scope__contained_by", ["labs", "doses", "scans", "symptoms", "conclusions"]),
                            models.Q(
                                models.Q(("scope__contains", ["conclusions"]), _negated=True),
                                ("scope__contains", ["labs", "doses", "scans", "symptoms", "conclusions"]),
                                _connector="OR",
                            ),
                        ),
                        name="sharecode_scope_known",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="stated_once",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."patient_id" IS DISTINCT FROM (NEW."patient_id") OR OLD."uid" IS DISTINCT FROM (NEW."uid") OR OLD."digest" IS DISTINCT FROM (NEW."digest") OR OLD."scope" IS DISTINCT FROM (NEW."scope") OR OLD."made_at" IS DISTINCT FROM (NEW."made_at") OR OLD."expires_at" IS DISTINCT FROM (NEW."expires_at"))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="4569b305bd55ff82a4dc0995b0b76ed0d4a0c211",
                            operation="UPDATE",
                            pgid="pgtrigger_stated_once_6374c",
                            table="tracking_sharecode",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="BreakGlassHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                ("uid", models.UUIDField(default=tracking.models.base.new_uid, editable=False)),
                ("reason", models.CharField(max_length=400)),
                ("opened_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "patient",
                    models.ForeignKey(
                        db_index=False,
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="tracking.patient",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="history",
                        related_query_name="history_of",
                        to="tracking.breakglass",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [models.Index(fields=["patient", "pgh_id"], name="tracking_br_patient_5cd13b_idx")],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="d95524078abd8c9e9c6447956d36718724677b27",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_51cb6",
                            table="tracking_breakglasshistory",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="FindingHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                ("uid", models.UUIDField(default=tracking.models.base.new_uid, editable=False)),
                ("code", models.CharField(max_length=60)),
                ("priority", models.PositiveSmallIntegerField()),
                ("lane", models.CharField(max_length=24)),
                ("severity", models.CharField(max_length=16)),
                ("released_at", models.DateTimeField(blank=True, null=True)),
                (
                    "evaluation",
                    models.ForeignKey(
                        db_index=False,
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="tracking.evaluation",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="history",
                        related_query_name="history_of",
                        to="tracking.finding",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        db_index=False,
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="tracking.patient",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [models.Index(fields=["patient", "pgh_id"], name="tracking_fi_patient_a9eba3_idx")],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="1609bab0fb98ac653ba5be0d18fb836b0148e2cf",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_2e0bc",
                            table="tracking_findinghistory",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DexaSiteHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                ("uid", models.UUIDField(default=tracking.models.base.new_uid, editable=False)),
                ("region", models.CharField(max_length=20)),
                ("side", models.CharField(blank=True, default="", max_length=8)),
                ("vertebrae", models.CharField(blank=True, default="", max_length=20)),
                ("bmd_digits", models.CharField(help_text="as reported", max_length=24)),
                ("bmd_unit", models.CharField(default="g/cm2", max_length=10)),
                ("t_score", models.CharField(blank=True, default="", help_text="as reported: -2.6 stays -2.6", max_length=8)),
                ("z_score", models.CharField(blank=True, default="", help_text="as reported", max_length=8)),
                (
                    "lsc_digits",
                    models.CharField(
                        blank=True,
                        default="",
                        help_text="the facility's least significant change, g/cm2; empty: not recorded",
                        max_length=24,
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="history",
                        related_query_name="history_of",
                        to="tracking.dexasite",
                    ),
                ),
                (
                    "scan",
                    models.ForeignKey(
                        db_index=False,
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="tracking.dexascan",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        db_index=False,
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="tracking.patient",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [models.Index(fields=["patient", "pgh_id"], name="tracking_de_patient_f7f737_idx")],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="d67cfe679b8bac546373f78c7d55d0082d346696",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_915d3",
                            table="tracking_dexasitehistory",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DoseEventHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                ("uid", models.UUIDField(default=tracking.models.base.new_uid, editable=False)),
                ("client_id", models.CharField(default=tracking.models.base.new_client_id, max_length=36)),
                ("recorded_at", models.DateTimeField(help_text="when it was entered here")),
                ("recorded_by", models.CharField(help_text="the actor who entered it", max_length=64)),
                (
                    "source_system",
                    models.CharField(
                        blank=True, default="", help_text="where it came from, empty if typed here", max_length=64
                    ),
                ),
                ("source_id", models.CharField(blank=True, default="", help_text="its name there", max_length=128)),
                ("superseded_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_reason", models.CharField(blank=True, default="", max_length=200)),
                (
                    "at",
                    models.DateTimeField(help_text="UTC instant; with a coarser precision the start of that span in the zone"),
                ),
                (
                    "precision",
                    models.CharField(
                        choices=[
                            ("minute", "minute"),
                            ("day", "day"),
                            ("month", "month"),
                            ("year", "year"),
                            ("unknown", "unknown"),
                        ],
                        max_length=8,
                    ),
                ),
                ("zone", models.CharField(help_text="IANA time zone", max_length=64)),
                ("drug", models.CharField(max_length=40)),
                (
                    "kind",
                    models.CharField(
                        choices=[("taken", "taken"), ("skipped", "skipped"), ("late", "late"), ("extra", "extra")], max_length=8
                    ),
                ),
                (
                    "amount_digits",
                    models.CharField(blank=True, default="", help_text="empty for a skipped dose", max_length=24),
                ),
                ("site", models.CharField(blank=True, default="", max_length=40)),
                ("confirmed_reason", models.CharField(blank=True, default="", max_length=200)),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="history",
                        related_query_name="history_of",
                        to="tracking.doseevent",
                    ),
                ),
                (
                    "supersedes",
                    models.ForeignKey(
                        db_index=False,
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="tracking.doseevent",
                    ),
                ),
                (
                    "import_batch",
                    models.ForeignKey(
                        db_index=False,
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="tracking.importbatch",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        db_index=False,
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="tracking.patient",
                    ),
                ),
                (
                    "regimen",
                    models.ForeignKey(
                        db_index=False,
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="tracking.regimen",
                    ),
                ),
                ("amount_unit", models.CharField(db_default="mg", default="mg", max_length=8)),
            ],
            options={
                "abstract": False,
                "indexes": [models.Index(fields=["patient", "pgh_id"], name="tracking_do_patient_724032_idx")],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="11a1e2d58b637e2f7e18ce12ba1ffea4c73410a9",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_a49ce",
                            table="tracking_doseeventhistory",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="EpisodeEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=tracking.models.base.new_uid, editable=False, unique=True)),
                ("what", models.CharField(max_length=16)),
                ("at", models.DateTimeField()),
                ("by", models.CharField(help_text="the actor in whose transaction it happened", max_length=64)),
                ("why", models.CharField(blank=True, default="", max_length=500)),
                ("priority", models.PositiveSmallIntegerField(help_text="of the episode after it")),
                (
                    "episode",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="events", to="tracking.episode"
                    ),
                ),
                (
                    "evaluation",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tracking.evaluation"),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="%(class)s_rows", to="tracking.patient"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("priority__lte", 4)), name="episodeevent_priority_0_to_4"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "what__in",
                                [
                                    tracking.domain.episodes.What["OPENED"],
                                    tracking.domain.episodes.What["WORSENED"],
                                    tracking.domain.episodes.What["EASED"],
                                    tracking.domain.episodes.What["ACKNOWLEDGED"],
                                    tracking.domain.episodes.What["ASSIGNED"],
                                    tracking.domain.episodes.What["SNOOZED"],
                                    tracking.domain.episodes.What["SHORTENED"],
                                    tracking.domain.episodes.What["WOKE"],
                                    tracking.domain.episodes.What["RULE_CHANGED"],
                                    tracking.domain.episodes.What["FOUND_AGAIN"],
                                    tracking.domain.episodes.What["RESOLVED"],
                                    tracking.domain.episodes.What["REOPENED"],
                                ],
                            ),
                            models.Q(("by", ""), _negated=True),
                        ),
                        name="episodeevent_what_and_who",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="f394523d13aeeb3f26d8d9fb3559bc2c692be1c2",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_e49a8",
                            table="tracking_episodeevent",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="EpisodeHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                ("uid", models.UUIDField(default=tracking.models.base.new_uid, editable=False)),
                ("family", models.CharField(help_text="findings that continue one another", max_length=60)),
                ("opened_at", models.DateTimeField()),
                ("code", models.CharField(help_text="the worst finding of the family", max_length=60)),
                ("priority", models.PositiveSmallIntegerField()),
                ("worst_priority", models.PositiveSmallIntegerField(help_text="the most urgent it has been")),
                ("severity", models.CharField(max_length=16)),
                ("tier", models.CharField(blank=True, default="", max_length=16)),
                ("lane", models.CharField(max_length=24)),
                (
                    "margin",
                    models.CharField(
                        blank=True, default="", help_text="upper bound over floor, exact; empty: none", max_length=40
                    ),
                ),
                ("censored", models.BooleanField(default=False)),
                ("count", models.PositiveSmallIntegerField(default=1, help_text="findings of the family at once")),
                (
                    "rule_changed",
                    models.CharField(
                        blank=True,
                        default="",
                        help_text="the rulebook that no longer finds it; empty: it is found",
                        max_length=64,
                    ),
                ),
                (
                    "respond_by",
                    models.DateTimeField(blank=True, help_text="the first instant at which an answer is late", null=True),
                ),
                ("acknowledged_at", models.DateTimeField(blank=True, null=True)),
                ("acknowledged_by", models.CharField(blank=True, default="", max_length=64)),
                ("outcome", models.CharField(blank=True, default="", max_length=24)),
                ("note", models.CharField(blank=True, default="", max_length=400)),
                ("snoozed_at", models.DateTimeField(blank=True, null=True)),
                ("snoozed_until", models.DateTimeField(blank=True, null=True)),
                ("snoozed_by", models.CharField(blank=True, default="", max_length=64)),
                ("snooze_reason", models.CharField(blank=True, default="", max_length=400)),
                (
                    "first_snoozed_at",
                    models.DateTimeField(blank=True, help_text="since it opened, worsened or came back", null=True),
                ),
                ("resolved_at", models.DateTimeField(blank=True, null=True)),
                ("resolution", models.CharField(blank=True, default="", max_length=16)),
                ("reopened", models.PositiveSmallIntegerField(default=0)),
                (
                    "evaluation",
                    models.ForeignKey(
                        db_index=False,
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="tracking.evaluation",
                    ),
                ),
                (
                    "opened_in",
                    models.ForeignKey(
                        db_index=False,
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="tracking.evaluation",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        db_index=False,
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="tracking.patient",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="history",
                        related_query_name="history_of",
                        to="tracking.episode",
                    ),
                ),
                (
                    "told_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="when a message about it last reached somebody of his clinic; empty: none is known to have",
                        null=True,
                    ),
                ),
                (
                    "assigned_to",
                    models.ForeignKey(
                        db_index=False,
                        blank=True,
                        db_constraint=False,
                        help_text="whose work it is; empty: his lead's",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="tracking.prescriber",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [models.Index(fields=["patient", "pgh_id"], name="tracking_ep_patient_c2bc21_idx")],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="55aa7fc7aefb10fae47ea215615126b1d420d6f8",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_25bbe",
                            table="tracking_episodehistory",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Proposal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=tracking.models.base.new_uid, editable=False, unique=True)),
                ("revision", models.BigIntegerField(default=0, editable=False)),
                ("client_id", models.CharField(default=tracking.models.base.new_client_id, max_length=36)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("requested", "requested"),
                            ("proposed", "proposed"),
                            ("confirmed", "confirmed"),
                            ("declined", "declined"),
                            ("withdrawn", "withdrawn"),
                            ("expired", "expired"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "words",
                    models.CharField(blank=True, default="", help_text="the man's request, as he wrote it", max_length=1000),
                ),
                ("requested_at", models.DateTimeField(blank=True, null=True)),
                ("requested_by", models.CharField(blank=True, default="", max_length=64)),
                (
                    "kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("start", "start"),
                            ("dose", "dose"),
                            ("schedule", "schedule"),
                            ("stop", "stop"),
                            ("product", "product"),
                        ],
                        default="",
                        max_length=10,
                    ),
                ),
                ("drug", models.CharField(blank=True, default="", help_text="of two products the new one", max_length=40)),
                (
                    "from_date",
                    models.DateField(blank=True, help_text="as proposed; the regimen says from when it holds", null=True),
                ),
                ("plan", models.JSONField(blank=True, help_text="what is to hold, as sent; empty for a stop", null=True)),
                (
                    "before_revision",
                    models.BigIntegerField(blank=True, help_text="of the regimen that it was made against", null=True),
                ),
                ("before_text", models.CharField(blank=True, default="", max_length=200)),
                ("after_text", models.CharField(blank=True, default="", max_length=200)),
                ("before_weekly", models.CharField(blank=True, default="", help_text="empty: as needed", max_length=40)),
                ("after_weekly", models.CharField(blank=True, default="", max_length=40)),
                ("proposed_at", models.DateTimeField(blank=True, null=True)),
                ("proposed_by", models.CharField(blank=True, default="", max_length=64)),
                ("proposal_reason", models.CharField(blank=True, default="", max_length=200)),
                ("expires_at", models.DateTimeField(help_text="from then on it can no longer be confirmed")),
                (
                    "decided_at",
                    models.DateTimeField(
                        blank=True, help_text="when it was confirmed, declined, withdrawn or expired", null=True
                    ),
                ),
                ("decided_by", models.CharField(blank=True, default="", max_length=64)),
                ("decision_reason", models.CharField(blank=True, default="", max_length=200)),
                (
                    "answer",
                    models.CharField(blank=True, default="", help_text="to the man, in the prescriber's words", max_length=400),
                ),
                (
                    "effective_on",
                    models.DateField(blank=True, help_text="the first day on which what was confirmed holds", null=True),
                ),
                ("warnings", models.JSONField(default=list, help_text="what he was warned of, by code and in words")),
                (
                    "raised_while",
                    models.CharField(blank=True, default="", help_text="low, blind: an AI was raised then", max_length=20),
                ),
                ("raising_reason", models.CharField(blank=True, default="", max_length=400)),
                (
                    "typed_weekly",
                    models.CharField(blank=True, default="", help_text="as he typed it when he confirmed", max_length=24),
                ),
                (
                    "decided_as",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tracking.prescriber",
                    ),
                ),
                (
                    "episode",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tracking.episode",
                    ),
                ),
                (
                    "evaluation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tracking.evaluation",
                    ),
                ),
                (
                    "evaluation_seen",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tracking.evaluation",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)s_rows",
                        to="tracking.patient",
                    ),
                ),
                (
                    "proposed_as",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tracking.prescriber",
                    ),
                ),
                (
                    "regimen_after",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tracking.regimen",
                    ),
                ),
                (
                    "regimen_before",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tracking.regimen",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [
                    models.Index(fields=["patient", "revision"], name="proposal_revision"),
                    models.Index(
                        condition=models.Q(("state__in", ["requested", "proposed"])),
                        fields=["expires_at"],
                        name="proposal_expiring",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("patient", "client_id"), name="proposal_client_id_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("state", tracking.domain.titration.states.State["PROPOSED"])),
                        fields=("patient", "drug"),
                        name="proposal_one_open_per_drug",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", tracking.domain.titration.states.State["REQUESTED"])),
                        fields=("patient",),
                        name="proposal_one_open_request",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("client_id__regex", "^[A-Za-z0-9_.-]{1,36}$")), name="proposal_client_id_form"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    tracking.domain.titration.states.State["REQUESTED"],
                                    tracking.domain.titration.states.State["PROPOSED"],
                                    tracking.domain.titration.states.State["CONFIRMED"],
                                    tracking.domain.titration.states.State["DECLINED"],
                                    tracking.domain.titration.states.State["WITHDRAWN"],
                                    tracking.domain.titration.states.State["EXPIRED"],
                                ],
                            )
                        ),
                        name="proposal_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("requested_at", None), ("requested_by", ""), ("words", "")),
                            models.Q(
                                models.Q(("words", ""), _negated=True),
                                models.Q(("requested_by", ""), _negated=True),
                                ("requested_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="proposal_requested_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("drug", ""),
                                ("from_date", None),
                                ("kind", ""),
                                ("proposed_as", None),
                                ("proposed_at", None),
                                ("proposed_by", ""),
                            ),
                            models.Q(
                                ("from_date__isnull", False),
                                (
                                    "kind__in",
                                    [
                                        tracking.domain.titration.states.Kind["START"],
                                        tracking.domain.titration.states.Kind["DOSE"],
                                        tracking.domain.titration.states.Kind["SCHEDULE"],
                                        tracking.domain.titration.states.Kind["STOP"],
                                        tracking.domain.titration.states.Kind["PRODUCT"],
                                    ],
                                ),
                                ("proposed_as__isnull", False),
                                ("proposed_at__isnull", False),
                                models.Q(("drug", ""), _negated=True),
                                models.Q(("proposed_by", ""), _negated=True),
                                models.Q(("proposal_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="proposal_proposed_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                models.Q(
                                    (
                                        "state__in",
                                        [
                                            tracking.domain.titration.states.State["PROPOSED"],
                                            tracking.domain.titration.states.State["CONFIRMED"],
                                        ],
                                    ),
                                    _negated=True,
                                ),
                                models.Q(("words", ""), _negated=True),
                            ),
                            models.Q(("kind", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="proposal_asks_or_proposes",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", tracking.domain.titration.states.State["REQUESTED"]), _negated=True),
                            ("kind", ""),
                            _connector="OR",
                        ),
                        name="proposal_request_is_words_alone",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind", ""),
                            models.Q(
                                ("before_revision", None),
                                ("kind", tracking.domain.titration.states.Kind["START"]),
                                ("regimen_before", None),
                                ("plan__isnull", False),
                            ),
                            models.Q(
                                ("before_revision__isnull", False),
                                ("kind", tracking.domain.titration.states.Kind["STOP"]),
                                ("regimen_before__isnull", False),
                                ("plan", None),
                            ),
                            models.Q(
                                ("before_revision__isnull", False),
                                (
                                    "kind__in",
                                    [
                                        tracking.domain.titration.states.Kind["DOSE"],
                                        tracking.domain.titration.states.Kind["SCHEDULE"],
                                        tracking.domain.titration.states.Kind["PRODUCT"],
                                    ],
                                ),
                                ("plan__isnull", False),
                                ("regimen_before__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="proposal_plan_fits_its_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("decided_as", None),
                                ("decided_at", None),
                                ("decided_by", ""),
                                (
                                    "state__in",
                                    (
                                        tracking.domain.titration.states.State["REQUESTED"],
                                        tracking.domain.titration.states.State["PROPOSED"],
                                    ),
                                ),
                            ),
                            models.Q(
                                models.Q(
                                    (
                                        "state__in",
                                        (
                                            tracking.domain.titration.states.State["REQUESTED"],
                                            tracking.domain.titration.states.State["PROPOSED"],
                                        ),
                                    ),
                                    _negated=True,
                                ),
                                ("decided_at__isnull", False),
                                models.Q(("decided_by", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="proposal_decided_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                (
                                    "state__in",
                                    [
                                        tracking.domain.titration.states.State["CONFIRMED"],
                                        tracking.domain.titration.states.State["DECLINED"],
                                    ],
                                ),
                                _negated=True,
                            ),
                            models.Q(
                                ("decided_as__isnull", False),
                                ("decided_at__lt", models.F("expires_at")),
                                models.Q(("decision_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="proposal_decided_by_a_prescriber_in_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", tracking.domain.titration.states.State["EXPIRED"]), _negated=True),
                            models.Q(("decided_at__gte", models.F("expires_at")), ("decided_by__startswith", "system:")),
                            _connector="OR",
                        ),
                        name="proposal_expired_by_time_alone",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("effective_on__isnull", False),
                                ("evaluation__isnull", False),
                                ("evaluation_seen__isnull", False),
                                ("state", tracking.domain.titration.states.State["CONFIRMED"]),
                            ),
                            models.Q(
                                models.Q(("state", tracking.domain.titration.states.State["CONFIRMED"]), _negated=True),
                                ("effective_on", None),
                                ("episode", None),
                                ("evaluation", None),
                                ("evaluation_seen", None),
                                ("regimen_after", None),
                                ("raised_while", ""),
                                ("raising_reason", ""),
                                ("typed_weekly", ""),
                            ),
                            _connector="OR",
                        ),
                        name="proposal_confirmed_on_an_evaluation",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", tracking.domain.titration.states.State["CONFIRMED"]), _negated=True),
                            models.Q(("kind", tracking.domain.titration.states.Kind["STOP"]), ("regimen_after", None)),
                            models.Q(
                                models.Q(("kind", tracking.domain.titration.states.Kind["STOP"]), _negated=True),
                                ("regimen_after__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="proposal_confirmed_with_its_regimen",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("raised_while", ""), models.Q(("raising_reason", ""), _negated=True), _connector="OR"
                        ),
                        name="proposal_raised_while_low_with_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", tracking.domain.titration.states.State["CONFIRMED"]), _negated=True),
                            models.Q(("after_weekly", ""), ("typed_weekly", "")),
                            models.Q(("typed_weekly", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="proposal_confirmed_with_its_weekly_typed",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="delete_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "tracking_proposalhistory" ("after_text", "after_weekly", "answer", "before_revision", "before_text", "before_weekly", "client_id", "decided_as_id", "decided_at", "decided_by", "decision_reason", "drug", "effective_on", "episode_id", "evaluation_id", "evaluation_seen_id", "expires_at", "from_date", "id", "kind", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan", "proposal_reason", "proposed_as_id", "proposed_at", "proposed_by", "raised_while", "raising_reason", "regimen_after_id", "regimen_before_id", "requested_at", "requested_by", "state", "typed_weekly", "uid", "warnings", "words") VALUES (OLD."after_text", OLD."after_weekly", OLD."answer", OLD."before_revision", OLD."before_text", OLD."before_weekly", OLD."client_id", OLD."decided_as_id", OLD."decided_at", OLD."decided_by", OLD."decision_reason", OLD."drug", OLD."effective_on", OLD."episode_id", OLD."evaluation_id", OLD."evaluation_seen_id", OLD."expires_at", OLD."from_date", OLD."id", OLD."kind", OLD."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."plan", OLD."proposal_reason", OLD."proposed_as_id", OLD."proposed_at", OLD."proposed_by", OLD."raised_while", OLD."raising_reason", OLD."regimen_after_id", OLD."regimen_before_id", OLD."requested_at", OLD."requested_by", OLD."state", OLD."typed_weekly", OLD."uid", OLD."warnings", OLD."words"); RETURN NULL;',
                            hash="d674440c1f84bcdcac7cb52d612c13fc261cb674",
                            operation="DELETE",
                            pgid="pgtrigger_delete_delete_4627d",
                            table="tracking_proposal",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="insert_insert",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "tracking_proposalhistory" ("after_text", "after_weekly", "answer", "before_revision", "before_text", "before_weekly", "client_id", "decided_as_id", "decided_at", "decided_by", "decision_reason", "drug", "effective_on", "episode_id", "evaluation_id", "evaluation_seen_id", "expires_at", "from_date", "id", "kind", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan", "proposal_reason", "proposed_as_id", "proposed_at", "proposed_by", "raised_while", "raising_reason", "regimen_after_id", "regimen_before_id", "requested_at", "requested_by", "state", "typed_weekly", "uid", "warnings", "words") VALUES (NEW."after_text", NEW."after_weekly", NEW."answer", NEW."before_revision", NEW."before_text", NEW."before_weekly", NEW."client_id", NEW."decided_as_id", NEW."decided_at", NEW."decided_by", NEW."decision_reason", NEW."drug", NEW."effective_on", NEW."episode_id", NEW."evaluation_id", NEW."evaluation_seen_id", NEW."expires_at", NEW."from_date", NEW."id", NEW."kind", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."plan", NEW."proposal_reason", NEW."proposed_as_id", NEW."proposed_at", NEW."proposed_by", NEW."raised_while", NEW."raising_reason", NEW."regimen_after_id", NEW."regimen_before_id", NEW."requested_at", NEW."requested_by", NEW."state", NEW."typed_weekly", NEW."uid", NEW."warnings", NEW."words"); RETURN NULL;',
                            hash="baad0fe5f268ebc5095078186bc93e162655e7e9",
                            operation="INSERT",
                            pgid="pgtrigger_insert_insert_d7b84",
                            table="tracking_proposal",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="legal_step",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            declare="DECLARE acting text; himself text; deciding text;",
                            func="\n    acting = trabecula_actor();\n    SELECT 'user:' || user_id INTO himself FROM tracking_patient WHERE id = NEW.patient_id;\n    IF TG_OP = 'INSERT' THEN\n        IF NEW.state NOT IN ('requested', 'proposed') THEN\n            RAISE EXCEPTION 'a proposal begins as requested or proposed, not as %', NEW.state USING ERRCODE = 'check_violation';\n        END IF;\n    ELSE\n        IF NOT (\n            (OLD.state = 'requested' AND NEW.state IN ('proposed', 'declined', 'withdrawn', 'expired'))\n            OR (OLD.state = 'proposed' AND NEW.state IN ('confirmed', 'declined', 'withdrawn', 'expired'))\n        ) THEN\n            RAISE EXCEPTION 'a proposal does not go from % to %', OLD.state, NEW.state USING ERRCODE = 'check_violation';\n        END IF;\n        IF ROW(OLD.id, OLD.uid, OLD.patient_id, OLD.client_id, OLD.words, OLD.requested_at, OLD.requested_by)\n            IS DISTINCT FROM\n            ROW(NEW.id, NEW.uid, NEW.patient_id, NEW.client_id, NEW.words, NEW.requested_at, NEW.requested_by)\n        OR (NEW.state <> 'proposed' AND\n            ROW(OLD.kind, OLD.drug, OLD.from_date, OLD.plan, OLD.regimen_before_id, OLD.before_revision, OLD.before_text,\n                OLD.after_text, OLD.before_weekly, OLD.after_weekly, OLD.proposed_at, OLD.proposed_by, OLD.proposed_as_id,\n                OLD.proposal_reason, OLD.expires_at)\n            IS DISTINCT FROM\n            ROW(NEW.kind, NEW.drug, NEW.from_date, NEW.plan, NEW.regimen_before_id, NEW.before_revision, NEW.before_text,\n                NEW.after_text, NEW.before_weekly, NEW.after_weekly, NEW.proposed_at, NEW.proposed_by, NEW.proposed_as_id,\n                NEW.proposal_reason, NEW.expires_at))\n        THEN\n            RAISE EXCEPTION 'what was asked for or proposed is not changed by a decision' USING ERRCODE = 'check_violation';\n        END IF;\n    END IF;\n    IF NEW.state = 'requested' AND himself IS DISTINCT FROM acting THEN\n        RAISE EXCEPTION 'only the man himself asks in his own words' USING ERRCODE = 'check_violation';\n    END IF;\n    IF NEW.state IN ('proposed', 'confirmed', 'declined') THEN\n        deciding = CASE NEW.state WHEN 'proposed' THEN NEW.proposed_by ELSE NEW.decided_by END;\n        IF deciding IS DISTINCT FROM acting OR himself IS NOT DISTINCT FROM acting OR NOT EXISTS (\n            SELECT FROM tracking_prescriber member JOIN tracking_carerelationship care ON care.clinic_id = member.clinic_id\n            WHERE member.id = CASE NEW.state WHEN 'proposed' THEN NEW.proposed_as_id ELSE NEW.decided_as_id END\n            AND 'user:' || member.user_id = acting AND member.is_active AND care.patient_id = NEW.patient_id\n            AND care.revoked_at IS NULL AND (care.scope = '[]'::jsonb OR care.scope @> '[\"doses\"]'::jsonb)\n        ) THEN\n            RAISE EXCEPTION 'only a prescriber of a clinic that he lets in decides, and nobody on his own account'\n                USING ERRCODE = 'check_violation';\n        END IF;\n    END IF;\n    IF NEW.state = 'confirmed' AND (\n        NOT EXISTS (SELECT FROM tracking_evaluation WHERE id = NEW.evaluation_id AND patient_id = NEW.patient_id)\n        OR NOT EXISTS (SELECT FROM tracking_evaluation WHERE id = NEW.evaluation_seen_id AND patient_id = NEW.patient_id)\n        OR (NEW.regimen_after_id IS NOT NULL AND NOT EXISTS (\n            SELECT FROM tracking_regimen WHERE id = NEW.regimen_after_id AND patient_id = NEW.patient_id\n            AND drug = NEW.drug AND origin = 'prescribed'))\n    ) THEN\n        RAISE EXCEPTION 'a decision rests on the evaluation and the regimen of the man himself'\n            USING ERRCODE = 'check_violation';\n    END IF;\n    RETURN NEW;\n",
                            hash="2e05c0fbc4672e92194d8b4f28543c0223d59fbe",
                            operation="INSERT OR UPDATE",
                            pgid="pgtrigger_legal_step_ca0af",
                            table="tracking_proposal",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="revision",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.revision = trabecula_next_revision(NEW.patient_id); RETURN NEW;",
                            hash="3b5a64e54e62c9e9faef9a78fbdbee0b33e5ab37",
                            operation="INSERT OR UPDATE",
                            pgid="pgtrigger_revision_42096",
                            table="tracking_proposal",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="update_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."after_text" IS DISTINCT FROM (NEW."after_text") OR OLD."after_weekly" IS DISTINCT FROM (NEW."after_weekly") OR OLD."answer" IS DISTINCT FROM (NEW."answer") OR OLD."before_revision" IS DISTINCT FROM (NEW."before_revision") OR OLD."before_text" IS DISTINCT FROM (NEW."before_text") OR OLD."before_weekly" IS DISTINCT FROM (NEW."before_weekly") OR OLD."client_id" IS DISTINCT FROM (NEW."client_id") OR OLD."decided_as_id" IS DISTINCT FROM (NEW."decided_as_id") OR OLD."decided_at" IS DISTINCT FROM (NEW."decided_at") OR OLD."decided_by" IS DISTINCT FROM (NEW."decided_by") OR OLD."decision_reason" IS DISTINCT FROM (NEW."decision_reason") OR OLD."drug" IS DISTINCT FROM (NEW."drug") OR OLD."effective_on" IS DISTINCT FROM (NEW."effective_on") OR OLD."episode_id" IS DISTINCT FROM (NEW."episode_id") OR OLD."evaluation_id" IS DISTINCT FROM (NEW."evaluation_id") OR OLD."evaluation_seen_id" IS DISTINCT FROM (NEW."evaluation_seen_id") OR OLD."expires_at" IS DISTINCT FROM (NEW."expires_at") OR OLD."from_date" IS DISTINCT FROM (NEW."from_date") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."patient_id" IS DISTINCT FROM (NEW."patient_id") OR OLD."plan" IS DISTINCT FROM (NEW."plan") OR OLD."proposal_reason" IS DISTINCT FROM (NEW."proposal_reason") OR OLD."proposed_as_id" IS DISTINCT FROM (NEW."proposed_as_id") OR OLD."proposed_at" IS DISTINCT FROM (NEW."proposed_at") OR OLD."proposed_by" IS DISTINCT FROM (NEW."proposed_by") OR OLD."raised_while" IS DISTINCT FROM (NEW."raised_while") OR OLD."raising_reason" IS DISTINCT FROM (NEW."raising_reason") OR OLD."regimen_after_id" IS DISTINCT FROM (NEW."regimen_after_id") OR OLD."regimen_before_id" IS DISTINCT FROM (NEW."regimen_before_id") OR OLD."requested_at" IS DISTINCT FROM (NEW."requested_at") OR OLD."requested_by" IS DISTINCT FROM (NEW."requested_by") OR OLD."state" IS DISTINCT FROM (NEW."state") OR OLD."typed_weekly" IS DISTINCT FROM (NEW."typed_weekly") OR OLD."uid" IS DISTINCT FROM (NEW."uid") OR OLD."warnings" IS DISTINCT FROM (NEW."warnings") OR OLD."words" IS DISTINCT FROM (NEW."words"))',
                            func='INSERT INTO "tracking_proposalhistory" ("after_text", "after_weekly", "answer", "before_revision", "before_text", "before_weekly", "client_id", "decided_as_id", "decided_at", "decided_by", "decision_reason", "drug", "effective_on", "episode_id", "evaluation_id", "evaluation_seen_id", "expires_at", "from_date", "id", "kind", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan", "proposal_reason", "proposed_as_id", "proposed_at", "proposed_by", "raised_while", "raising_reason", "regimen_after_id", "regimen_before_id", "requested_at", "requested_by", "state", "typed_weekly", "uid", "warnings", "words") VALUES (NEW."after_text", NEW."after_weekly", NEW."answer", NEW."before_revision", NEW."before_text", NEW."before_weekly", NEW."client_id", NEW."decided_as_id", NEW."decided_at", NEW."decided_by", NEW."decision_reason", NEW."drug", NEW."effective_on", NEW."episode_id", NEW."evaluation_id", NEW."evaluation_seen_id", NEW."expires_at", NEW."from_date", NEW."id", NEW."kind", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."plan", NEW."proposal_reason", NEW."proposed_as_id", NEW."proposed_at", NEW."proposed_by", NEW."raised_while", NEW."raising_reason", NEW."regimen_after_id", NEW."regimen_before_id", NEW."requested_at", NEW."requested_by", NEW."state", NEW."typed_weekly", NEW."uid", NEW."warnings", NEW."words"); RETURN NULL;',
                            hash="9eb91893ad2397a713ada222657e375e58bb4508",
                            operation="UPDATE",
                            pgid="pgtrigger_update_update_c6122",
                            table="tracking_proposal",
                            when="AFTER",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RegimenPauseHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                ("uid", models.UUIDField(default=tracking.models.base.new_uid, editable=False)),
                ("client_id", models.CharField(default=tracking.models.base.new_client_id, max_length=36)),
                ("recorded_at", models.DateTimeField(help_text="when it was entered here")),
                ("recorded_by", models.CharField(help_text="the actor who entered it", max_length=64)),
                (
                    "source_system",
                    models.CharField(
                        blank=True, default="", help_text="where it came from, empty if typed here", max_length=64
                    ),
                ),
                ("source_id", models.CharField(blank=True, default="", help_text="its name there", max_length=128)),
                ("superseded_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_reason", models.CharField(blank=True, default="", max_length=200)),
                ("starts_on", models.DateField()),
                (
                    "ends_on",
                    models.DateField(blank=True, help_text="the first day on which the regimen holds again", null=True),
                ),
                ("reason", models.CharField(blank=True, default="", max_length=200)),
                (
                    "import_batch",
                    models.ForeignKey(
                        db_index=False,
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="tracking.importbatch",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        db_index=False,
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="tracking.patient",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="history",
                        related_query_name="history_of",
                        to="tracking.regimenpause",
                    ),
                ),
                (
                    "regimen",
                    models.ForeignKey(
                        db_index=False,
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="tracking.regimen",
                    ),
                ),
                (
                    "supersedes",
                    models.ForeignKey(
                        db_index=False,
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="tracking.regimenpause",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [models.Index(fields=["patient", "pgh_id"], name="tracking_re_patient_fc9cd8_idx")],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="1b250d8d88187c49c50e63e614c4eb178d582457",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_20a83",
                            table="tracking_regimenpausehistory",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ProposalEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=tracking.models.base.new_uid, editable=False, unique=True)),
                ("what", models.CharField(help_text="the state that it reached", max_length=10)),
                ("at", models.DateTimeField()),
                ("by", models.CharField(help_text="the actor who took the step", max_length=64)),
                ("why", models.CharField(blank=True, default="", max_length=1000)),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="%(class)s_rows", to="tracking.patient"
                    ),
                ),
                (
                    "proposal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="events", to="tracking.proposal"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "what__in",
                                [
                                    tracking.domain.titration.states.State["REQUESTED"],
                                    tracking.domain.titration.states.State["PROPOSED"],
                                    tracking.domain.titration.states.State["CONFIRMED"],
                                    tracking.domain.titration.states.State["DECLINED"],
                                    tracking.domain.titration.states.State["WITHDRAWN"],
                                    tracking.domain.titration.states.State["EXPIRED"],
                                ],
                            ),
                            models.Q(("by", ""), _negated=True),
                        ),
                        name="proposalevent_what_and_who",
                    ),
                    models.UniqueConstraint(fields=("proposal", "what"), name="proposalevent_once_per_state"),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="3d7468350d9c0e28ab41a1720d491215ee759b1b",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_74f0a",
                            table="tracking_proposalevent",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ProposalHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                ("uid", models.UUIDField(default=tracking.models.base.new_uid, editable=False)),
                ("client_id", models.CharField(default=tracking.models.base.new_client_id, max_length=36)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("requested", "requested"),
                            ("proposed", "proposed"),
                            ("confirmed", "confirmed"),
                            ("declined", "declined"),
                            ("withdrawn", "withdrawn"),
                            ("expired", "expired"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "words",
                    models.CharField(blank=True, default="", help_text="the man's request, as he wrote it", max_length=1000),
                ),
                ("requested_at", models.DateTimeField(blank=True, null=True)),
                ("requested_by", models.CharField(blank=True, default="", max_length=64)),
                (
                    "kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("start", "start"),
                            ("dose", "dose"),
                            ("schedule", "schedule"),
                            ("stop", "stop"),
                            ("product", "product"),
                        ],
                        default="",
                        max_length=10,
                    ),
                ),
                ("drug", models.CharField(blank=True, default="", help_text="of two products the new one", max_length=40)),
                (
                    "from_date",
                    models.DateField(blank=True, help_text="as proposed; the regimen says from when it holds", null=True),
                ),
                ("plan", models.JSONField(blank=True, help_text="what is to hold, as sent; empty for a stop", null=True)),
                (
                    "before_revision",
                    models.BigIntegerField(blank=True, help_text="of the regimen that it was made against", null=True),
                ),
                ("before_text", models.CharField(blank=True, default="", max_length=200)),
                ("after_text", models.CharField(blank=True, default="", max_length=200)),
                ("before_weekly", models.CharField(blank=True, default="", help_text="empty: as needed", max_length=40)),
                ("after_weekly", models.CharField(blank=True, default="", max_length=40)),
                ("proposed_at", models.DateTimeField(blank=True, null=True)),
                ("proposed_by", models.CharField(blank=True, default="", max_length=64)),
                ("proposal_reason", models.CharField(blank=True, default="", max_length=200)),
                ("expires_at", models.DateTimeField(help_text="from then on it can no longer be confirmed")),
                (
                    "decided_at",
                    models.DateTimeField(
                        blank=True, help_text="when it was confirmed, declined, withdrawn or expired", null=True
                    ),
                ),
                ("decided_by", models.CharField(blank=True, default="", max_length=64)),
                ("decision_reason", models.CharField(blank=True, default="", max_length=200)),
                (
                    "answer",
                    models.CharField(blank=True, default="", help_text="to the man, in the prescriber's words", max_length=400),
                ),
                (
                    "effective_on",
                    models.DateField(blank=True, help_text="the first day on which what was confirmed holds", null=True),
                ),
                ("warnings", models.JSONField(default=list, help_text="what he was warned of, by code and in words")),
                (
                    "raised_while",
                    models.CharField(blank=True, default="", help_text="low, blind: an AI was raised then", max_length=20),
                ),
                ("raising_reason", models.CharField(blank=True, default="", max_length=400)),
                (
                    "typed_weekly",
                    models.CharField(blank=True, default="", help_text="as he typed it when he confirmed", max_length=24),
                ),
                (
                    "decided_as",
                    models.ForeignKey(
                        db_index=False,
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="tracking.prescriber",
                    ),
                ),
                (
                    "episode",
                    models.ForeignKey(
                        db_index=False,
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="tracking.episode",
                    ),
                ),
                (
                    "evaluation",
                    models.ForeignKey(
                        db_index=False,
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="tracking.evaluation",
                    ),
                ),
                (
                    "evaluation_seen",
                    models.ForeignKey(
                        db_index=False,
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="tracking.evaluation",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        db_index=False,
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="tracking.patient",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="history",
                        related_query_name="history_of",
                        to="tracking.proposal",
                    ),
                ),
                (
                    "proposed_as",
                    models.ForeignKey(
                        db_index=False,
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="tracking.prescriber",
                    ),
                ),
                (
                    "regimen_after",
                    models.ForeignKey(
                        db_index=False,
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="tracking.regimen",
                    ),
                ),
                (
                    "regimen_before",
                    models.ForeignKey(
                        db_index=False,
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="tracking.regimen",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [models.Index(fields=["patient", "pgh_id"], name="tracking_pr_patient_9df462_idx")],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="016876136444295dba360ba60d21cf480f18dfe8",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_b98dd",
                            table="tracking_proposalhistory",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        tracking.services.triggers.InstallTriggers(
            models=[
                "rulebookversion",
                "patient",
                "evaluation",
                "dexascan",
                "fracture",
                "labresult",
                "dueitem",
                "accessevent",
                "patienthistory",
                "carerelationship",
                "regimen",
                "riskfactor",
                "tombstone",
                "floorsetting",
                "intervalsetting",
                "clinicfloor",
                "druguse",
                "lifestyle",
                "symptom",
                "inventorycount",
                "zonemove",
                "importrow",
                "synclife",
                "invitation",
                "colleagueinvitation",
                "readtoken",
                "erasurerequest",
                "breakglass",
                "dexasite",
                "finding",
                "labresulthistory",
                "fracturehistory",
                "dexascanhistory",
                "carerelationshiphistory",
                "doseevent",
                "regimenhistory",
                "riskfactorhistory",
                "floorsettinghistory",
                "intervalsettinghistory",
                "episode",
                "drugusehistory",
                "lifestylehistory",
                "symptomhistory",
                "inventorycounthistory",
                "regimenpause",
                "sharecode",
                "breakglasshistory",
                "findinghistory",
                "dexasitehistory",
                "doseeventhistory",
                "episodeevent",
                "episodehistory",
                "proposal",
                "regimenpausehistory",
                "proposalevent",
                "proposalhistory",
            ],
        ),
    ]
