-- After the grade: escalation, appeals, complaints, breaches, follow-ups, second gradings, calibration. The same names and columns stand in migrations/sqlite; only the types' names differ.

-- What managers set: calendar, escalation_policy, appeal_terms. Without a row the defaults of the domain hold.
CREATE TABLE settings (
    name TEXT PRIMARY KEY NOT NULL,
    content TEXT NOT NULL,
    version INTEGER NOT NULL,
    changed_by UUID,
    changed_at TIMESTAMPTZ NOT NULL
);

-- Complaints and operating breaches.

CREATE TABLE complaints (
    id UUID PRIMARY KEY NOT NULL,
    reference TEXT NOT NULL CONSTRAINT complaints_reference_unique UNIQUE,
    agent_id UUID NOT NULL REFERENCES agents (id),
    conversation_id UUID REFERENCES conversations (id),
    occurred_on DATE NOT NULL,
    period TEXT NOT NULL,
    body TEXT NOT NULL,
    state TEXT NOT NULL,
    level TEXT,
    reason TEXT,
    recorded_by UUID,
    recorded_at TIMESTAMPTZ NOT NULL,
    adjudicated_by UUID,
    adjudicated_at TIMESTAMPTZ,
    version INTEGER NOT NULL
);
CREATE INDEX complaints_of_agent ON complaints (agent_id, id);
CREATE INDEX complaints_of_period ON complaints (period, state);

CREATE TABLE breaches (
    id UUID PRIMARY KEY NOT NULL,
    reference TEXT NOT NULL CONSTRAINT breaches_reference_unique UNIQUE,
    agent_id UUID NOT NULL REFERENCES agents (id),
    occurred_on DATE NOT NULL,
    period TEXT NOT NULL,
    occurrences INTEGER NOT NULL CHECK (occurrences > 0),
    body TEXT NOT NULL,
    state TEXT NOT NULL,
    recorded_by UUID,
    recorded_at TIMESTAMPTZ NOT NULL,
    ended_by UUID,
    ended_at TIMESTAMPTZ,
    reason TEXT,
    version INTEGER NOT NULL
);
CREATE INDEX breaches_of_agent ON breaches (agent_id, id);
CREATE INDEX breaches_of_period ON breaches (period, state);

-- Escalation

-- levels: the chain as it was when the case was opened. sanction: proposed while state is proposed, else what it ended with.
CREATE TABLE escalations (
    id UUID PRIMARY KEY NOT NULL,
    evaluation_id UUID REFERENCES evaluations (id),
    conversation_id UUID REFERENCES conversations (id),
    agent_id UUID NOT NULL REFERENCES agents (id),
    period TEXT NOT NULL,
    state TEXT NOT NULL,
    level INTEGER NOT NULL,
    levels TEXT NOT NULL,
    due_at TIMESTAMPTZ,
    acknowledged_by UUID,
    acknowledged_at TIMESTAMPTZ,
    proposed_by UUID,
    sanction TEXT,
    ended_by UUID,
    ended_at TIMESTAMPTZ,
    opened_at TIMESTAMPTZ NOT NULL,
    version INTEGER NOT NULL
);
CREATE INDEX escalations_due ON escalations (state, due_at);
CREATE INDEX escalations_of_agent ON escalations (agent_id, id);
CREATE INDEX escalations_of_evaluation ON escalations (evaluation_id);

-- A finding opens a case once: its key is the primary key.
CREATE TABLE escalation_findings (
    finding_key TEXT PRIMARY KEY NOT NULL,
    escalation_id UUID NOT NULL REFERENCES escalations (id),
    rule TEXT NOT NULL,
    violation_id UUID REFERENCES violations (id),
    code TEXT NOT NULL,
    class TEXT,
    standing BOOLEAN NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX escalation_findings_of_case ON escalation_findings (escalation_id);
CREATE INDEX escalation_findings_of_violation ON escalation_findings (violation_id);

CREATE TABLE escalation_events (
    id UUID PRIMARY KEY NOT NULL,
    escalation_id UUID NOT NULL REFERENCES escalations (id),
    at TIMESTAMPTZ NOT NULL,
    kind TEXT NOT NULL,
    level INTEGER NOT NULL,
    user_id UUID,
    details TEXT
);
CREATE INDEX escalation_events_of_case ON escalation_events (escalation_id, id);

-- Who was told of a case, and at which level first.
CREATE TABLE escalation_told (
    escalation_id UUID NOT NULL REFERENCES escalations (id),
    user_id UUID NOT NULL REFERENCES users (id),
    level INTEGER NOT NULL,
    told_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (escalation_id, user_id)
);
CREATE INDEX escalation_told_user ON escalation_told (user_id, escalation_id);

-- Links in mails that acknowledge a case; only the hash of the secret is kept.
CREATE TABLE escalation_links (
    hash TEXT PRIMARY KEY NOT NULL,
    escalation_id UUID NOT NULL REFERENCES escalations (id),
    user_id UUID NOT NULL REFERENCES users (id),
    expires_at TIMESTAMPTZ NOT NULL,
    used_at TIMESTAMPTZ
);

-- Appeals

CREATE TABLE appeals (
    id UUID PRIMARY KEY NOT NULL,
    evaluation_id UUID REFERENCES evaluations (id),
    complaint_id UUID REFERENCES complaints (id),
    breach_id UUID REFERENCES breaches (id),
    agent_id UUID NOT NULL REFERENCES agents (id),
    period TEXT NOT NULL,
    body TEXT NOT NULL,
    state TEXT NOT NULL,
    made_by UUID NOT NULL REFERENCES users (id),
    made_at TIMESTAMPTZ NOT NULL,
    due_at TIMESTAMPTZ NOT NULL,
    second_body TEXT,
    second_by UUID,
    second_at TIMESTAMPTZ,
    decided_at TIMESTAMPTZ,
    reminded_at TIMESTAMPTZ,
    overdue_at TIMESTAMPTZ,
    version INTEGER NOT NULL
);
CREATE INDEX appeals_of_agent ON appeals (agent_id, id);
CREATE INDEX appeals_of_evaluation ON appeals (evaluation_id);
CREATE INDEX appeals_of_complaint ON appeals (complaint_id);
CREATE INDEX appeals_of_breach ON appeals (breach_id);
CREATE INDEX appeals_of_period ON appeals (period, state);
CREATE INDEX appeals_due ON appeals (state, due_at);

-- Each point of an appeal, with what became of it last. found_by: who made the finding.
CREATE TABLE appeal_points (
    appeal_id UUID NOT NULL REFERENCES appeals (id),
    position INTEGER NOT NULL,
    target TEXT NOT NULL,
    item_code TEXT,
    violation_id UUID REFERENCES violations (id),
    type_code TEXT,
    found_by UUID,
    body TEXT NOT NULL,
    outcome TEXT,
    PRIMARY KEY (appeal_id, position)
);
CREATE INDEX appeal_points_of_item ON appeal_points (item_code, outcome);

-- effect: what it changed, before and after; it stays readable whatever is decided later.
CREATE TABLE appeal_decisions (
    appeal_id UUID NOT NULL REFERENCES appeals (id),
    instance INTEGER NOT NULL,
    content TEXT NOT NULL,
    effect TEXT NOT NULL,
    revision INTEGER,
    decided_by UUID NOT NULL,
    decided_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (appeal_id, instance)
);

CREATE TABLE appeal_attachments (
    id UUID PRIMARY KEY NOT NULL,
    appeal_id UUID NOT NULL REFERENCES appeals (id),
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    sha256 TEXT NOT NULL,
    content BYTEA NOT NULL,
    created_by UUID NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX appeal_attachments_of_appeal ON appeal_attachments (appeal_id);

-- Follow-ups

CREATE TABLE follow_ups (
    id UUID PRIMARY KEY NOT NULL,
    agent_id UUID NOT NULL REFERENCES agents (id),
    kind TEXT NOT NULL,
    evaluation_id UUID REFERENCES evaluations (id),
    violation_id UUID REFERENCES violations (id),
    escalation_id UUID REFERENCES escalations (id),
    appeal_id UUID REFERENCES appeals (id),
    period TEXT NOT NULL,
    item_code TEXT,
    type_code TEXT,
    owner_id UUID NOT NULL REFERENCES users (id),
    due_on DATE NOT NULL,
    body TEXT NOT NULL,
    state TEXT NOT NULL,
    outcome TEXT,
    made_by UUID NOT NULL,
    made_at TIMESTAMPTZ NOT NULL,
    ended_by UUID,
    ended_at TIMESTAMPTZ,
    reminded_at TIMESTAMPTZ,
    overdue_at TIMESTAMPTZ,
    version INTEGER NOT NULL
);
CREATE INDEX follow_ups_of_agent ON follow_ups (agent_id, id);
CREATE INDEX follow_ups_of_owner ON follow_ups (owner_id, state, due_on);
CREATE INDEX follow_ups_due ON follow_ups (state, due_on);

-- Inspecting the inspectors

CREATE TABLE regrade_draws (
    id UUID PRIMARY KEY NOT NULL,
    period TEXT NOT NULL,
    percent INTEGER NOT NULL CHECK (percent BETWEEN 1 AND 100),
    seed BYTEA NOT NULL,
    candidates BIGINT NOT NULL,
    chosen BIGINT NOT NULL,
    drawn_by UUID,
    drawn_at TIMESTAMPTZ NOT NULL
);

-- revision: of the evaluation, that the second grading was compared with.
CREATE TABLE regrades (
    id UUID PRIMARY KEY NOT NULL,
    draw_id UUID NOT NULL REFERENCES regrade_draws (id),
    evaluation_id UUID NOT NULL CONSTRAINT regrades_evaluation_unique UNIQUE REFERENCES evaluations (id),
    period TEXT NOT NULL,
    first_inspector_id UUID NOT NULL REFERENCES users (id),
    inspector_id UUID REFERENCES users (id),
    due_on DATE NOT NULL,
    state TEXT NOT NULL,
    revision INTEGER,
    sheet TEXT,
    grading TEXT,
    differences TEXT,
    decisions TEXT,
    created_at TIMESTAMPTZ NOT NULL,
    graded_at TIMESTAMPTZ,
    decided_by UUID,
    decided_at TIMESTAMPTZ,
    version INTEGER NOT NULL
);
CREATE INDEX regrades_of_inspector ON regrades (inspector_id, state, id);
CREATE INDEX regrades_of_period ON regrades (period, state);

CREATE TABLE calibrations (
    id UUID PRIMARY KEY NOT NULL,
    name TEXT NOT NULL,
    conversation_id UUID NOT NULL REFERENCES conversations (id),
    scorecard_version_id UUID NOT NULL REFERENCES scorecard_versions (id),
    reference_id UUID REFERENCES users (id),
    due_on DATE NOT NULL,
    state TEXT NOT NULL,
    made_by UUID NOT NULL,
    made_at TIMESTAMPTZ NOT NULL,
    closed_at TIMESTAMPTZ,
    version INTEGER NOT NULL
);

-- Each participant, and the one who gives the reference grade; sheet once handed in.
CREATE TABLE calibration_grades (
    calibration_id UUID NOT NULL REFERENCES calibrations (id),
    user_id UUID NOT NULL REFERENCES users (id),
    sheet TEXT,
    graded_at TIMESTAMPTZ,
    PRIMARY KEY (calibration_id, user_id)
);
CREATE INDEX calibration_grades_user ON calibration_grades (user_id);
