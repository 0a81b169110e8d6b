-- Assay's tables. The same names and columns stand in migrations/sqlite; only the types' names differ.

CREATE TABLE organisation (
    id INTEGER PRIMARY KEY NOT NULL CHECK (id = 1),
    name TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    currency TEXT NOT NULL,
    language TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);

-- People and teams

CREATE TABLE vendors (
    id UUID PRIMARY KEY NOT NULL,
    code TEXT NOT NULL CONSTRAINT vendors_code_unique UNIQUE,
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    archived_at TIMESTAMPTZ
);

CREATE TABLE teams (
    id UUID PRIMARY KEY NOT NULL,
    code TEXT NOT NULL CONSTRAINT teams_code_unique UNIQUE,
    name TEXT NOT NULL,
    parent_id UUID REFERENCES teams (id),
    vendor_id UUID REFERENCES vendors (id),
    version INTEGER NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    archived_at TIMESTAMPTZ
);
CREATE INDEX teams_parent ON teams (parent_id);
CREATE INDEX teams_vendor ON teams (vendor_id);

-- Each team with itself (depth 0) and every team above it.
CREATE TABLE team_ancestors (
    team_id UUID NOT NULL REFERENCES teams (id),
    ancestor_id UUID NOT NULL REFERENCES teams (id),
    depth INTEGER NOT NULL,
    PRIMARY KEY (team_id, ancestor_id)
);
CREATE INDEX team_ancestors_above ON team_ancestors (ancestor_id, team_id);

CREATE TABLE agents (
    id UUID PRIMARY KEY NOT NULL,
    employee_no TEXT NOT NULL CONSTRAINT agents_employee_no_unique UNIQUE,
    name TEXT NOT NULL,
    email TEXT,
    language TEXT NOT NULL,
    team_id UUID NOT NULL REFERENCES teams (id),
    left_on DATE,
    version INTEGER NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX agents_team ON agents (team_id);

-- Where an agent belongs from a day on, until the next row of the same agent.
CREATE TABLE agent_teams (
    agent_id UUID NOT NULL REFERENCES agents (id),
    from_date DATE NOT NULL,
    team_id UUID NOT NULL REFERENCES teams (id),
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (agent_id, from_date)
);
CREATE INDEX agent_teams_team ON agent_teams (team_id);

CREATE TABLE users (
    id UUID PRIMARY KEY NOT NULL,
    username TEXT NOT NULL CONSTRAINT users_username_unique UNIQUE,
    name TEXT NOT NULL,
    email TEXT,
    language TEXT NOT NULL,
    password_hash TEXT,
    agent_id UUID CONSTRAINT users_agent_unique UNIQUE REFERENCES agents (id),
    active BOOLEAN NOT NULL,
    version INTEGER NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);

-- A role that a user holds; reach says how far: all, vendor, team (and the teams below) or own.
CREATE TABLE grants (
    id UUID PRIMARY KEY NOT NULL,
    user_id UUID NOT NULL REFERENCES users (id),
    role TEXT NOT NULL,
    reach TEXT NOT NULL,
    vendor_id UUID REFERENCES vendors (id),
    team_id UUID REFERENCES teams (id),
    created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX grants_user ON grants (user_id);

CREATE TABLE tokens (
    id UUID PRIMARY KEY NOT NULL,
    user_id UUID NOT NULL REFERENCES users (id),
    name TEXT NOT NULL,
    hash TEXT NOT NULL CONSTRAINT tokens_hash_unique UNIQUE,
    scopes TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ,
    last_used_at TIMESTAMPTZ,
    revoked_at TIMESTAMPTZ
);
CREATE INDEX tokens_user ON tokens (user_id);

CREATE TABLE attendance (
    agent_id UUID NOT NULL REFERENCES agents (id),
    period TEXT NOT NULL,
    worked_days INTEGER NOT NULL CHECK (worked_days BETWEEN 0 AND 31),
    recorded_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (agent_id, period)
);

-- What was done, by whom, and what was answered before

CREATE TABLE audit (
    id UUID PRIMARY KEY NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    actor_kind TEXT NOT NULL,
    user_id UUID,
    token_id UUID,
    action TEXT NOT NULL,
    object_kind TEXT NOT NULL,
    object_id TEXT NOT NULL,
    address TEXT,
    request_id TEXT,
    before TEXT,
    after TEXT,
    reason TEXT
);
CREATE INDEX audit_object ON audit (object_kind, object_id, id);
CREATE INDEX audit_user ON audit (user_id, id);
CREATE INDEX audit_action ON audit (action, id);

CREATE TABLE answers (
    user_id UUID NOT NULL,
    key TEXT NOT NULL,
    operation TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    answer TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (user_id, key)
);
CREATE INDEX answers_age ON answers (created_at);

-- One instance at a time does a job.
CREATE TABLE leases (
    name TEXT PRIMARY KEY NOT NULL,
    holder TEXT NOT NULL,
    until_at TIMESTAMPTZ NOT NULL
);

-- Conversations

CREATE TABLE imports (
    id UUID PRIMARY KEY NOT NULL,
    kind TEXT NOT NULL,
    user_id UUID,
    started_at TIMESTAMPTZ NOT NULL,
    finished_at TIMESTAMPTZ,
    inserted BIGINT NOT NULL,
    updated BIGINT NOT NULL,
    unchanged BIGINT NOT NULL,
    refused BIGINT NOT NULL,
    report TEXT
);

CREATE TABLE conversations (
    id UUID PRIMARY KEY NOT NULL,
    source TEXT NOT NULL,
    external_id TEXT NOT NULL,
    channel TEXT NOT NULL,
    agent_id UUID NOT NULL REFERENCES agents (id),
    started_at TIMESTAMPTZ NOT NULL,
    duration_ms BIGINT NOT NULL,
    period TEXT NOT NULL,
    local_day DATE NOT NULL,
    queue TEXT,
    language TEXT,
    satisfaction INTEGER,
    customer_ref TEXT,
    attributes TEXT NOT NULL,
    lines INTEGER NOT NULL,
    recordings INTEGER NOT NULL,
    digest BYTEA NOT NULL,
    import_id UUID,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT conversations_identity_unique UNIQUE (source, external_id)
);
CREATE INDEX conversations_of_period ON conversations (period, agent_id, id, local_day);
CREATE INDEX conversations_of_agent ON conversations (agent_id, started_at, id);
CREATE INDEX conversations_in_time ON conversations (started_at, id);

CREATE TABLE transcripts (
    conversation_id UUID PRIMARY KEY NOT NULL REFERENCES conversations (id),
    encoding TEXT NOT NULL,
    content BYTEA NOT NULL
);

CREATE TABLE recordings (
    id UUID PRIMARY KEY NOT NULL,
    conversation_id UUID NOT NULL REFERENCES conversations (id),
    ordinal INTEGER NOT NULL,
    name TEXT NOT NULL,
    sides TEXT NOT NULL,
    start_ms BIGINT NOT NULL,
    store_key TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    media_type TEXT NOT NULL,
    codec TEXT NOT NULL,
    channels INTEGER NOT NULL,
    sample_rate INTEGER NOT NULL,
    duration_ms BIGINT NOT NULL,
    peaks BYTEA NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT recordings_place_unique UNIQUE (conversation_id, ordinal)
);
CREATE INDEX recordings_of_content ON recordings (sha256);

-- Scorecards, catalogue, policies

CREATE TABLE scorecards (
    id UUID PRIMARY KEY NOT NULL,
    code TEXT NOT NULL CONSTRAINT scorecards_code_unique UNIQUE,
    name_zh TEXT NOT NULL,
    name_en TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE scorecard_versions (
    id UUID PRIMARY KEY NOT NULL,
    scorecard_id UUID NOT NULL REFERENCES scorecards (id),
    number INTEGER NOT NULL,
    state TEXT NOT NULL,
    content TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    published_at TIMESTAMPTZ,
    retired_at TIMESTAMPTZ,
    CONSTRAINT scorecard_versions_number_unique UNIQUE (scorecard_id, number)
);

CREATE TABLE violation_types (
    id UUID PRIMARY KEY NOT NULL,
    code TEXT NOT NULL CONSTRAINT violation_types_code_unique UNIQUE,
    class TEXT NOT NULL,
    name_zh TEXT NOT NULL,
    name_en TEXT NOT NULL,
    error_kind TEXT NOT NULL,
    red_line BOOLEAN NOT NULL,
    class_if_money_lost TEXT,
    active BOOLEAN NOT NULL,
    position INTEGER NOT NULL,
    version INTEGER NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE fine_policies (
    id UUID PRIMARY KEY NOT NULL,
    number INTEGER NOT NULL CONSTRAINT fine_policies_number_unique UNIQUE,
    first_period TEXT NOT NULL,
    content TEXT NOT NULL,
    created_by UUID,
    created_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE pass_policies (
    id UUID PRIMARY KEY NOT NULL,
    number INTEGER NOT NULL CONSTRAINT pass_policies_number_unique UNIQUE,
    first_period TEXT NOT NULL,
    content TEXT NOT NULL,
    created_by UUID,
    created_at TIMESTAMPTZ NOT NULL
);

-- Sampling

CREATE TABLE sampling_plans (
    id UUID PRIMARY KEY NOT NULL,
    name TEXT NOT NULL CONSTRAINT sampling_plans_name_unique UNIQUE,
    state TEXT NOT NULL,
    content TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);

-- A draw commits to its seed's hash (committed_at) before it fixes its population (drawn_at).
CREATE TABLE draws (
    id UUID PRIMARY KEY NOT NULL,
    plan_id UUID NOT NULL REFERENCES sampling_plans (id),
    plan_version INTEGER NOT NULL,
    plan_content TEXT NOT NULL,
    period TEXT NOT NULL,
    kind TEXT NOT NULL,
    ordinal INTEGER NOT NULL,
    state TEXT NOT NULL,
    algorithm TEXT NOT NULL,
    seed BYTEA NOT NULL,
    seed_hash TEXT NOT NULL,
    population_count BIGINT,
    population_digest TEXT,
    exclusions TEXT,
    result_digest TEXT,
    facts TEXT,
    shortfall TEXT,
    drawn_by UUID,
    committed_at TIMESTAMPTZ NOT NULL,
    drawn_at TIMESTAMPTZ,
    CONSTRAINT draws_ordinal_unique UNIQUE (plan_id, period, kind, ordinal)
);

-- What a draw knew of each agent: the eligible conversations, sorted, and how many were wanted and found.
CREATE TABLE draw_agents (
    draw_id UUID NOT NULL REFERENCES draws (id),
    agent_id UUID NOT NULL REFERENCES agents (id),
    team_id UUID NOT NULL REFERENCES teams (id),
    quota INTEGER NOT NULL,
    carried INTEGER NOT NULL,
    available INTEGER NOT NULL,
    drawn INTEGER NOT NULL,
    targeted_quota INTEGER NOT NULL,
    targeted_available INTEGER NOT NULL,
    targeted_drawn INTEGER NOT NULL,
    too_short INTEGER NOT NULL,
    already_sampled INTEGER NOT NULL,
    no_recording INTEGER NOT NULL,
    population BYTEA NOT NULL,
    PRIMARY KEY (draw_id, agent_id)
);

CREATE TABLE samples (
    id UUID PRIMARY KEY NOT NULL,
    draw_id UUID NOT NULL REFERENCES draws (id),
    plan_id UUID NOT NULL REFERENCES sampling_plans (id),
    period TEXT NOT NULL,
    kind TEXT NOT NULL,
    counts BOOLEAN NOT NULL,
    agent_id UUID NOT NULL REFERENCES agents (id),
    conversation_id UUID NOT NULL REFERENCES conversations (id),
    position INTEGER NOT NULL,
    state TEXT NOT NULL,
    scorecard_version_id UUID NOT NULL REFERENCES scorecard_versions (id),
    blind BOOLEAN NOT NULL,
    inspector_id UUID REFERENCES users (id),
    assigned_by UUID,
    assigned_at TIMESTAMPTZ,
    due_on DATE NOT NULL,
    claimed_at TIMESTAMPTZ,
    claim_until TIMESTAMPTZ,
    submitted_at TIMESTAMPTZ,
    replaces_id UUID REFERENCES samples (id),
    replaced_reason TEXT,
    replaced_comment TEXT,
    replaced_by UUID,
    replaced_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT samples_conversation_unique UNIQUE (draw_id, conversation_id),
    CONSTRAINT samples_position_unique UNIQUE (draw_id, agent_id, kind, position)
);
CREATE INDEX samples_queue ON samples (inspector_id, state, due_on, id);
CREATE INDEX samples_of_period ON samples (period, state, agent_id);
CREATE INDEX samples_of_conversation ON samples (conversation_id);
CREATE INDEX samples_of_agent ON samples (agent_id, period);

-- Grading

CREATE TABLE drafts (
    sample_id UUID PRIMARY KEY NOT NULL REFERENCES samples (id),
    inspector_id UUID NOT NULL REFERENCES users (id),
    content TEXT NOT NULL,
    version INTEGER NOT NULL,
    seconds BIGINT NOT NULL,
    saved_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE evaluations (
    id UUID PRIMARY KEY NOT NULL,
    sample_id UUID NOT NULL CONSTRAINT evaluations_sample_unique UNIQUE REFERENCES samples (id),
    conversation_id UUID NOT NULL REFERENCES conversations (id),
    agent_id UUID NOT NULL REFERENCES agents (id),
    inspector_id UUID NOT NULL REFERENCES users (id),
    scorecard_version_id UUID NOT NULL REFERENCES scorecard_versions (id),
    period TEXT NOT NULL,
    kind TEXT NOT NULL,
    counts BOOLEAN NOT NULL,
    key_errors INTEGER NOT NULL,
    non_key_errors INTEGER NOT NULL,
    comment TEXT NOT NULL,
    seconds BIGINT NOT NULL,
    revision INTEGER NOT NULL,
    submitted_at TIMESTAMPTZ NOT NULL,
    corrected_at TIMESTAMPTZ
);
CREATE INDEX evaluations_of_period ON evaluations (period, agent_id, counts);
CREATE INDEX evaluations_of_agent ON evaluations (agent_id, submitted_at, id);
CREATE INDEX evaluations_of_inspector ON evaluations (inspector_id, submitted_at, id);

CREATE TABLE evaluation_revisions (
    evaluation_id UUID NOT NULL REFERENCES evaluations (id),
    revision INTEGER NOT NULL,
    content TEXT NOT NULL,
    key_errors INTEGER NOT NULL,
    non_key_errors INTEGER NOT NULL,
    reason TEXT,
    made_by UUID NOT NULL,
    made_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (evaluation_id, revision)
);

-- The items of the latest revision.
CREATE TABLE evaluation_items (
    evaluation_id UUID NOT NULL REFERENCES evaluations (id),
    item_code TEXT NOT NULL,
    kind TEXT NOT NULL,
    outcome TEXT NOT NULL,
    comment TEXT NOT NULL,
    evidence TEXT NOT NULL,
    PRIMARY KEY (evaluation_id, item_code)
);
CREATE INDEX evaluation_items_failed ON evaluation_items (item_code, outcome);

-- state: confirmed, or withdrawn by a correction, or overturned by an appeal.
CREATE TABLE violations (
    id UUID PRIMARY KEY NOT NULL,
    evaluation_id UUID NOT NULL REFERENCES evaluations (id),
    conversation_id UUID NOT NULL REFERENCES conversations (id),
    agent_id UUID NOT NULL REFERENCES agents (id),
    period TEXT NOT NULL,
    type_id UUID NOT NULL REFERENCES violation_types (id),
    type_code TEXT NOT NULL,
    class TEXT NOT NULL,
    error_kind TEXT NOT NULL,
    red_line BOOLEAN NOT NULL,
    item_code TEXT,
    occurrences INTEGER NOT NULL CHECK (occurrences > 0),
    money_lost BOOLEAN NOT NULL,
    comment TEXT NOT NULL,
    evidence TEXT NOT NULL,
    state TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    ended_at TIMESTAMPTZ
);
CREATE INDEX violations_of_evaluation ON violations (evaluation_id);
CREATE INDEX violations_of_period ON violations (period, class, agent_id);
CREATE INDEX violations_of_agent ON violations (agent_id, created_at, id);

-- Money

-- Only grows. amount_minor > 0: the agent owes it; < 0: a reversal or a reward.
CREATE TABLE ledger (
    id UUID PRIMARY KEY NOT NULL,
    period TEXT NOT NULL,
    kind TEXT NOT NULL,
    agent_id UUID NOT NULL REFERENCES agents (id),
    amount_minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    violation_id UUID,
    evaluation_id UUID,
    origin_period TEXT NOT NULL,
    refers_to UUID REFERENCES ledger (id),
    policy_number INTEGER,
    type_code TEXT,
    class TEXT,
    occurrences INTEGER CHECK (occurrences > 0),
    reward TEXT,
    reason TEXT,
    dedupe TEXT NOT NULL CONSTRAINT ledger_dedupe_unique UNIQUE,
    posted_by UUID,
    posted_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX ledger_of_period ON ledger (period, agent_id, id);
CREATE INDEX ledger_of_agent ON ledger (agent_id, id);
CREATE INDEX ledger_of_violation ON ledger (violation_id);
CREATE INDEX ledger_of_evaluation ON ledger (evaluation_id);
CREATE INDEX ledger_refers ON ledger (refers_to);

-- A period whose close has begun; all others are open. state: closing, while close_id freezes things step by step, or closed.
CREATE TABLE periods (
    period TEXT PRIMARY KEY NOT NULL,
    state TEXT NOT NULL,
    close_id UUID NOT NULL,
    touched_at TIMESTAMPTZ NOT NULL,
    closed_at TIMESTAMPTZ,
    closed_by UUID,
    override_reason TEXT,
    standing_in_the_way TEXT NOT NULL,
    digest TEXT,
    lines BIGINT,
    total_minor BIGINT,
    summary TEXT
);

-- A closed period's fine list, line by line in its canonical form, in canonical order.
CREATE TABLE period_fine_lines (
    period TEXT NOT NULL,
    position BIGINT NOT NULL,
    entry_id UUID NOT NULL,
    agent_id UUID NOT NULL,
    team_id UUID,
    vendor_id UUID,
    content TEXT NOT NULL,
    PRIMARY KEY (period, position)
);

-- A closed period's files, as they are served for ever, in parts of at most 1 MiB.
CREATE TABLE period_files (
    period TEXT NOT NULL,
    name TEXT NOT NULL,
    part INTEGER NOT NULL,
    content BYTEA NOT NULL,
    PRIMARY KEY (period, name, part)
);

CREATE TABLE period_agents (
    period TEXT NOT NULL,
    agent_id UUID NOT NULL,
    team_id UUID,
    vendor_id UUID,
    samples INTEGER NOT NULL,
    key_errors INTEGER NOT NULL,
    non_key_errors INTEGER NOT NULL,
    verdict TEXT NOT NULL,
    worked_days INTEGER NOT NULL,
    worked_source TEXT NOT NULL,
    effective BOOLEAN NOT NULL,
    content TEXT NOT NULL,
    rests_on TEXT NOT NULL,
    PRIMARY KEY (period, agent_id)
);

-- unit_kind: team, vendor or centre.
CREATE TABLE period_units (
    period TEXT NOT NULL,
    unit_kind TEXT NOT NULL,
    unit_id UUID NOT NULL,
    content TEXT NOT NULL,
    PRIMARY KEY (period, unit_kind, unit_id)
);

-- The audit log and the ledger only grow.
CREATE FUNCTION only_grows() RETURNS trigger AS $$
BEGIN
    RAISE EXCEPTION '% only grows', TG_TABLE_NAME;
END;
$$ LANGUAGE plpgsql;
CREATE TRIGGER audit_only_grows BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION only_grows();
CREATE TRIGGER audit_not_emptied BEFORE TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION only_grows();
CREATE TRIGGER ledger_only_grows BEFORE UPDATE OR DELETE ON ledger FOR EACH ROW EXECUTE FUNCTION only_grows();
CREATE TRIGGER ledger_not_emptied BEFORE TRUNCATE ON ledger FOR EACH STATEMENT EXECUTE FUNCTION only_grows();
