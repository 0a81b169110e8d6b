-- Imports of files by page: what was handed in, how far it is, and what came of it. The file itself is kept beside the recordings.
-- The same names and columns stand in migrations/sqlite.

CREATE TABLE import_runs (
    id UUID PRIMARY KEY NOT NULL,
    kind TEXT NOT NULL,
    file_name TEXT NOT NULL,
    file_bytes BIGINT NOT NULL,
    user_id UUID NOT NULL REFERENCES users (id),
    state TEXT NOT NULL,
    dry_run BOOLEAN NOT NULL,
    attempt INTEGER NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    touched_at TIMESTAMPTZ NOT NULL,
    finished_at TIMESTAMPTZ,
    done BIGINT NOT NULL,
    whole BIGINT,
    inserted BIGINT NOT NULL,
    updated BIGINT NOT NULL,
    unchanged BIGINT NOT NULL,
    refused BIGINT NOT NULL,
    report TEXT,
    why TEXT
);
CREATE INDEX import_runs_by_user ON import_runs (user_id, id);
