-- Assay's tables. The same names and columns stand in migrations/postgres; only the types' names differ.
-- Ids are 16-byte blobs, times are microseconds since 1970-01-01T00:00:00Z.

CREATE TABLE organisation (
    id INTEGER PRIMARY KEY NOT NULL CHECK (id = 1),
    name TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    currency TEXT NOT NULL,
    language TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

-- People and teams

CREATE TABLE vendors (
    id BLOB PRIMARY KEY NOT NULL,
    code TEXT NOT NULL CONSTRAINT vendors_code_unique UNIQUE,
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    archived_at BIGINT
);

CREATE TABLE teams (
    id BLOB PRIMARY KEY NOT NULL,
    code TEXT NOT NULL CONSTRAINT teams_code_unique UNIQUE,
    name TEXT NOT NULL,
    parent_id BLOB REFERENCES teams (id),
    vendor_id BLOB REFERENCES vendors (id),
    version INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    archived_at BIGINT
);
CREATE INDEX teams_parent ON teams (parent_id);
CREATE INDEX teams_vendor ON teams (vendor_id);

-- Each team with itself (depth 0) and every team above it.
CREATE TABLE team_ancestors (
    team_id BLOB NOT NULL REFERENCES teams (id),
    ancestor_id BLOB NOT NULL REFERENCES teams (id),
    depth INTEGER NOT NULL,
    PRIMARY KEY (team_id, ancestor_id)
);
CREATE INDEX team_ancestors_above ON team_ancestors (ancestor_id, team_id);

CREATE TABLE agents (
    id BLOB PRIMARY KEY NOT NULL,
    employee_no TEXT NOT NULL CONSTRAINT agents_employee_no_unique UNIQUE,
    name TEXT NOT NULL,
    email TEXT,
    language TEXT NOT NULL,
    team_id BLOB NOT NULL REFERENCES teams (id),
    left_on DATE,
    version INTEGER NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX agents_team ON agents (team_id);

-- Where an agent belongs from a day on, until the next row of the same agent.
CREATE TABLE agent_teams (
    agent_id BLOB NOT NULL REFERENCES agents (id),
    from_date DATE NOT NULL,
    team_id BLOB NOT NULL REFERENCES teams (id),
    created_at BIGINT NOT NULL,
    PRIMARY KEY (agent_id, from_date)
);
CREATE INDEX agent_teams_team ON agent_teams (team_id);

CREATE TABLE users (
    id BLOB PRIMARY KEY NOT NULL,
    username TEXT NOT NULL CONSTRAINT users_username_unique UNIQUE,
    name TEXT NOT NULL,
    email TEXT,
    language TEXT NOT NULL,
    password_hash TEXT,
    agent_id BLOB CONSTRAINT users_agent_unique UNIQUE REFERENCES agents (id),
    active BOOLEAN NOT NULL,
    version INTEGER NOT NULL,
    created_at BIGINT NOT NULL
);

-- A role that a user holds; reach says how far: all, vendor, team (and the teams below) or own.
CREATE TABLE grants (
    id BLOB PRIMARY KEY NOT NULL,
    user_id BLOB NOT NULL REFERENCES users (id),
    role TEXT NOT NULL,
    reach TEXT NOT NULL,
    vendor_id BLOB REFERENCES vendors (id),
    team_id BLOB REFERENCES teams (id),
    created_at BIGINT NOT NULL
);
CREATE INDEX grants_user ON grants (user_id);

CREATE TABLE tokens (
    id BLOB PRIMARY KEY NOT NULL,
    user_id BLOB NOT NULL REFERENCES users (id),
    name TEXT NOT NULL,
    hash TEXT NOT NULL CONSTRAINT tokens_hash_unique UNIQUE,
    scopes TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    last_used_at BIGINT,
    revoked_at BIGINT
);
CREATE INDEX tokens_user ON tokens (user_id);

CREATE TABLE attendance (
    agent_id BLOB NOT NULL REFERENCES agents (id),
    period TEXT NOT NULL,
    worked_days INTEGER NOT NULL CHECK (worked_days BETWEEN 0 AND 31),
    recorded_at BIGINT NOT NULL,
    PRIMARY KEY (agent_id, period)
);

-- What was done, by whom, and what was answered before

CREATE TABLE audit (
    id BLOB PRIMARY KEY NOT NULL,
    at BIGINT NOT NULL,
    actor_kind TEXT NOT NULL,
    user_id BLOB,
    token_id BLOB,
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
    user_id BLOB NOT NULL,
    key TEXT NOT NULL,
    operation TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    answer TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, key)
);
CREATE INDEX answers_age ON answers (created_at);

-- One instance at a time does a job.
CREATE TABLE leases (
    name TEXT PRIMARY KEY NOT NULL,
    holder TEXT NOT NULL,
    until_at BIGINT NOT NULL
);

-- Conversations

CREATE TABLE imports (
    id BLOB PRIMARY KEY NOT NULL,
    kind TEXT NOT NULL,
    user_id BLOB,
    started_at BIGINT NOT NULL,
    finished_at BIGINT,
    inserted BIGINT NOT NULL,
    updated BIGINT NOT NULL,
    unchanged BIGINT NOT NULL,
    refused BIGINT NOT NULL,
    report TEXT
);

CREATE TABLE conversations (
    id BLOB PRIMARY KEY NOT NULL,
    source TEXT NOT NULL,
    external_id TEXT NOT NULL,
    channel TEXT NOT NULL,
    agent_id BLOB NOT NULL REFERENCES agents (id),
    started_at BIGINT NOT NULL,
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
    digest BLOB NOT NULL,
    import_id BLOB,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    CONSTRAINT conversations_identity_unique UNIQUE (source, external_id)
);
CREATE INDEX conversations_of_period ON conversations (period, agent_id, id, local_day);
CREATE INDEX conversations_of_agent ON conversations (agent_id, started_at, id);
CREATE INDEX conversations_in_time ON conversations (started_at, id);

CREATE TABLE transcripts (
    conversation_id BLOB PRIMARY KEY NOT NULL REFERENCES conversations (id),
    encoding TEXT NOT NULL,
    content BLOB NOT NULL
);

CREATE TABLE recordings (
    id BLOB PRIMARY KEY NOT NULL,
    conversation_id BLOB NOT NULL REFERENCES conversations (id),
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
    peaks BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    CONSTRAINT recordings_place_unique UNIQUE (conversation_id, ordinal)
);
CREATE INDEX recordings_of_content ON recordings (sha256);

-- Scorecards, catalogue, policies

CREATE TABLE scorecards (
    id BLOB PRIMARY KEY NOT NULL,
    code TEXT NOT NULL CONSTRAINT scorecards_code_unique UNIQUE,
    name_zh TEXT NOT NULL,
    name_en TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE scorecard_versions (
    id BLOB PRIMARY KEY NOT NULL,
    scorecard_id BLOB NOT NULL REFERENCES scorecards (id),
    number INTEGER NOT NULL,
    state TEXT NOT NULL,
    content TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    published_at BIGINT,
    retired_at BIGINT,
    CONSTRAINT scorecard_versions_number_unique UNIQUE (scorecard_id, number)
);

CREATE TABLE violation_types (
    id BLOB PRIMARY KEY NOT NULL,
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
    created_at BIGINT NOT NULL
);

CREATE TABLE fine_policies (
    id BLOB PRIMARY KEY NOT NULL,
    number INTEGER NOT NULL CONSTRAINT fine_policies_number_unique UNIQUE,
    first_period TEXT NOT NULL,
    content TEXT NOT NULL,
    created_by BLOB,
    created_at BIGINT NOT NULL
);

CREATE TABLE pass_policies (
    id BLOB PRIMARY KEY NOT NULL,
    number INTEGER NOT NULL CONSTRAINT pass_policies_number_unique UNIQUE,
    first_period TEXT NOT NULL,
    content TEXT NOT NULL,
    created_by BLOB,
    created_at BIGINT NOT NULL
);

-- Sampling

CREATE TABLE sampling_plans (
    id BLOB PRIMARY KEY NOT NULL,
    name TEXT NOT NULL CONSTRAINT sampling_plans_name_unique UNIQUE,
    state TEXT NOT NULL,
    content TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

-- A draw commits to its seed's hash (committed_at) before it fixes its population (drawn_at).
CREATE TABLE draws (
    id BLOB PRIMARY KEY NOT NULL,
    plan_id BLOB NOT NULL REFERENCES sampling_plans (id),
    plan_version INTEGER NOT NULL,
    plan_content TEXT NOT NULL,
    period TEXT NOT NULL,
    kind TEXT NOT NULL,
    ordinal INTEGER NOT NULL,
    state TEXT NOT NULL,
    algorithm TEXT NOT NULL,
    seed BLOB NOT NULL,
    seed_hash TEXT NOT NULL,
    population_count BIGINT,
    population_digest TEXT,
    exclusions TEXT,
    result_digest TEXT,
    facts TEXT,
    shortfall TEXT,
    drawn_by BLOB,
    committed_at BIGINT NOT NULL,
    drawn_at BIGINT,
    CONSTRAINT draws_ordinal_unique UNIQUE (plan_id, period, kind, ordinal)
);

-- What a draw knew of each agent: the eligible conversations, sorted, and how many were wanted and found.
CREATE TABLE draw_agents (
    draw_id BLOB NOT NULL REFERENCES draws (id),
    agent_id BLOB NOT NULL REFERENCES agents (id),
    team_id BLOB NOT NULL REFERENCES teams (id),
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
    population BLOB NOT NULL,
    PRIMARY KEY (draw_id, agent_id)
);

CREATE TABLE samples (
    id BLOB PRIMARY KEY NOT NULL,
    draw_id BLOB NOT NULL REFERENCES draws (id),
    plan_id BLOB NOT NULL REFERENCES sampling_plans (id),
    period TEXT NOT NULL,
    kind TEXT NOT NULL,
    counts BOOLEAN NOT NULL,
    agent_id BLOB NOT NULL REFERENCES agents (id),
    conversation_id BLOB NOT NULL REFERENCES conversations (id),
    position INTEGER NOT NULL,
    state TEXT NOT NULL,
    scorecard_version_id BLOB NOT NULL REFERENCES scorecard_versions (id),
    blind BOOLEAN NOT NULL,
    inspector_id BLOB REFERENCES users (id),
    assigned_by BLOB,
    assigned_at BIGINT,
    due_on DATE NOT NULL,
    claimed_at BIGINT,
    claim_until BIGINT,
    submitted_at BIGINT,
    replaces_id BLOB REFERENCES samples (id),
    replaced_reason TEXT,
    replaced_comment TEXT,
    replaced_by BLOB,
    replaced_at BIGINT,
    created_at BIGINT NOT NULL,
    CONSTRAINT samples_conversation_unique UNIQUE (draw_id, conversation_id),
    CONSTRAINT samples_position_unique UNIQUE (draw_id, agent_id, kind, position)
);
CREATE INDEX samples_queue ON samples (inspector_id, state, due_on, id);
CREATE INDEX samples_of_period ON samples (period, state, agent_id);
CREATE INDEX samples_of_conversation ON samples (conversation_id);
CREATE INDEX samples_of_agent ON samples (agent_id, period);

-- Grading

CREATE TABLE drafts (
    sample_id BLOB PRIMARY KEY NOT NULL REFERENCES samples (id),
    inspector_id BLOB NOT NULL REFERENCES users (id),
    content TEXT NOT NULL,
    version INTEGER NOT NULL,
    seconds BIGINT NOT NULL,
    saved_at BIGINT NOT NULL
);

CREATE TABLE evaluations (
    id BLOB PRIMARY KEY NOT NULL,
    sample_id BLOB NOT NULL CONSTRAINT evaluations_sample_unique UNIQUE REFERENCES samples (id),
    conversation_id BLOB NOT NULL REFERENCES conversations (id),
    agent_id BLOB NOT NULL REFERENCES agents (id),
    inspector_id BLOB NOT NULL REFERENCES users (id),
    scorecard_version_id BLOB NOT NULL REFERENCES scorecard_versions (id),
    period TEXT NOT NULL,
    kind TEXT NOT NULL,
    counts BOOLEAN NOT NULL,
    key_errors INTEGER NOT NULL,
    non_key_errors INTEGER NOT NULL,
    comment TEXT NOT NULL,
    seconds BIGINT NOT NULL,
    revision INTEGER NOT NULL,
    submitted_at BIGINT NOT NULL,
    corrected_at BIGINT
);
CREATE INDEX evaluations_of_period ON evaluations (period, agent_id, counts);
CREATE INDEX evaluations_of_agent ON evaluations (agent_id, submitted_at, id);
CREATE INDEX evaluations_of_inspector ON evaluations (inspector_id, submitted_at, id);

CREATE TABLE evaluation_revisions (
    evaluation_id BLOB NOT NULL REFERENCES evaluations (id),
    revision INTEGER NOT NULL,
    content TEXT NOT NULL,
    key_errors INTEGER NOT NULL,
    non_key_errors INTEGER NOT NULL,
    reason TEXT,
    made_by BLOB NOT NULL,
    made_at BIGINT NOT NULL,
    PRIMARY KEY (evaluation_id, revision)
);

-- The items of the latest revision.
CREATE TABLE evaluation_items (
    evaluation_id BLOB NOT NULL REFERENCES evaluations (id),
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
    id BLOB PRIMARY KEY NOT NULL,
    evaluation_id BLOB NOT NULL REFERENCES evaluations (id),
    conversation_id BLOB NOT NULL REFERENCES conversations (id),
    agent_id BLOB NOT NULL REFERENCES agents (id),
    period TEXT NOT NULL,
    type_id BLOB NOT NULL REFERENCES violation_types (id),
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
    created_at BIGINT NOT NULL,
    ended_at BIGINT
);
CREATE INDEX violations_of_evaluation ON violations (evaluation_id);
CREATE INDEX violations_of_period ON violations (period, class, agent_id);
CREATE INDEX violations_of_agent ON violations (agent_id, created_at, id);

-- Money

-- Only grows. amount_minor > 0: the agent owes it; < 0: a reversal or a reward.
CREATE TABLE ledger (
    id BLOB PRIMARY KEY NOT NULL,
    period TEXT NOT NULL,
    kind TEXT NOT NULL,
    agent_id BLOB NOT NULL REFERENCES agents (id),
    amount_minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    violation_id BLOB,
    evaluation_id BLOB,
    origin_period TEXT NOT NULL,
    refers_to BLOB REFERENCES ledger (id),
    policy_number INTEGER,
    type_code TEXT,
    class TEXT,
    occurrences INTEGER CHECK (occurrences > 0),
    reward TEXT,
    reason TEXT,
    dedupe TEXT NOT NULL CONSTRAINT ledger_dedupe_unique UNIQUE,
    posted_by BLOB,
    posted_at BIGINT NOT NULL
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
    close_id BLOB NOT NULL,
    touched_at BIGINT NOT NULL,
    closed_at BIGINT,
    closed_by BLOB,
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
    entry_id BLOB NOT NULL,
    agent_id BLOB NOT NULL,
    team_id BLOB,
    vendor_id BLOB,
    content TEXT NOT NULL,
    PRIMARY KEY (period, position)
);

-- A closed period's files, as they are served for ever, in parts of at most 1 MiB.
CREATE TABLE period_files (
    period TEXT NOT NULL,
    name TEXT NOT NULL,
    part INTEGER NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (period, name, part)
);

CREATE TABLE period_agents (
    period TEXT NOT NULL,
    agent_id BLOB NOT NULL,
    team_id BLOB,
    vendor_id BLOB,
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
    unit_id BLOB NOT NULL,
    content TEXT NOT NULL,
    PRIMARY KEY (period, unit_kind, unit_id)
);

-- The audit log and the ledger only grow.
CREATE TRIGGER audit_never_updated BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'audit only grows'); END;
CREATE TRIGGER audit_never_deleted BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'audit only grows'); END;
CREATE TRIGGER ledger_never_updated BEFORE UPDATE ON ledger BEGIN SELECT RAISE(ABORT, 'ledger only grows'); END;
CREATE TRIGGER ledger_never_deleted BEFORE DELETE ON ledger BEGIN SELECT RAISE(ABORT, 'ledger only grows'); END;
