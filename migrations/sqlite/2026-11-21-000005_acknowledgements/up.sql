-- That an agent has read an evaluation: one row for each revision. The same names and columns stand in migrations/postgres.

CREATE TABLE evaluation_acknowledgements (
    evaluation_id BLOB NOT NULL REFERENCES evaluations (id),
    revision INTEGER NOT NULL,
    user_id BLOB NOT NULL REFERENCES users (id),
    acknowledged_at BIGINT NOT NULL,
    PRIMARY KEY (evaluation_id, revision)
);
