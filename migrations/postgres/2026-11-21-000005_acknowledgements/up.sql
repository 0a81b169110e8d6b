-- That an agent has read an evaluation: one row for each revision. The same names and columns stand in migrations/sqlite.

CREATE TABLE evaluation_acknowledgements (
    evaluation_id UUID NOT NULL REFERENCES evaluations (id),
    revision INTEGER NOT NULL,
    user_id UUID NOT NULL REFERENCES users (id),
    acknowledged_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (evaluation_id, revision)
);
