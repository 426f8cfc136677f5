"""Who may take which step of a proposal, as the database asks it.

It is asked here as well as in the services: a forgotten check confirms no dose. The steps are those of
``tracking.domain.titration.states``, the category of consent is ``SCOPE`` beside the model; tests hold them together.
"""

# The body of a trigger before each insert and update.
LEGAL_STEP = """
    acting = trabecula_actor();
    SELECT 'user:' || user_id INTO himself FROM tracking_patient WHERE id = NEW.patient_id;
    IF TG_OP = 'INSERT' THEN
        IF NEW.state NOT IN ('requested', 'proposed') THEN
            RAISE EXCEPTION 'a proposal begins as requested or proposed, not as %', NEW.state USING ERRCODE = 'check_violation';
        END IF;
    ELSE
        IF NOT (
            (OLD.state = 'requested' AND NEW.state IN ('proposed', 'declined', 'withdrawn', 'expired'))
            OR (OLD.state = 'proposed' AND NEW.state IN ('confirmed', 'declined', 'withdrawn', 'expired'))
        ) THEN
            RAISE EXCEPTION 'a proposal does not go from % to %', OLD.state, NEW.state USING ERRCODE = 'check_violation';
        END IF;
        IF ROW(OLD.id, OLD.uid, OLD.patient_id, OLD.client_id, OLD.words, OLD.requested_at, OLD.requested_by)
            IS DISTINCT FROM
            ROW(NEW.id, NEW.uid, NEW.patient_id, NEW.client_id, NEW.words, NEW.requested_at, NEW.requested_by)
        OR (NEW.state <> 'proposed' AND
            ROW(OLD.kind, OLD.drug, OLD.from_date, OLD.plan, OLD.regimen_before_id, OLD.before_revision, OLD.before_text,
                OLD.after_text, OLD.before_weekly, OLD.after_weekly, OLD.proposed_at, OLD.proposed_by, OLD.proposed_as_id,
                OLD.proposal_reason, OLD.expires_at)
            IS DISTINCT FROM
            ROW(NEW.kind, NEW.drug, NEW.from_date, NEW.plan, NEW.regimen_before_id, NEW.before_revision, NEW.before_text,
                NEW.after_text, NEW.before_weekly, NEW.after_weekly, NEW.proposed_at, NEW.proposed_by, NEW.proposed_as_id,
                NEW.proposal_reason, NEW.expires_at))
        THEN
            RAISE EXCEPTION 'what was asked for or proposed is not changed by a decision' USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    IF NEW.state = 'requested' AND himself IS DISTINCT FROM acting THEN
        RAISE EXCEPTION 'only the man himself asks in his own words' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.state IN ('proposed', 'confirmed', 'declined') THEN
        deciding = CASE NEW.state WHEN 'proposed' THEN NEW.proposed_by ELSE NEW.decided_by END;
        IF deciding IS DISTINCT FROM acting OR himself IS NOT DISTINCT FROM acting OR NOT EXISTS (
            SELECT FROM tracking_prescriber member JOIN tracking_carerelationship care ON care.clinic_id = member.clinic_id
            WHERE member.id = CASE NEW.state WHEN 'proposed' THEN NEW.proposed_as_id ELSE NEW.decided_as_id END
            AND 'user:' || member.user_id = acting AND member.is_active AND care.patient_id = NEW.patient_id
            AND care.revoked_at IS NULL AND (care.scope = '[]'::jsonb OR care.scope @> '["doses"]'::jsonb)
        ) THEN
            RAISE EXCEPTION 'only a prescriber of a clinic that he lets in decides, and nobody on his own account'
                USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    IF NEW.state = 'confirmed' AND (
        NOT EXISTS (SELECT FROM tracking_evaluation WHERE id = NEW.evaluation_id AND patient_id = NEW.patient_id)
        OR NOT EXISTS (SELECT FROM tracking_evaluation WHERE id = NEW.evaluation_seen_id AND patient_id = NEW.patient_id)
        OR (NEW.regimen_after_id IS NOT NULL AND NOT EXISTS (
            SELECT FROM tracking_regimen WHERE id = NEW.regimen_after_id AND patient_id = NEW.patient_id
            AND drug = NEW.drug AND origin = 'prescribed'))
    ) THEN
        RAISE EXCEPTION 'a decision rests on the evaluation and the regimen of the man himself'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""
