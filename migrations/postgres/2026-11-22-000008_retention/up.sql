-- What was said is deleted after its time: when it was, how far a run has come, what it held, and which files are still to be deleted.
-- The same names and columns stand in migrations/sqlite.

ALTER TABLE conversations ADD COLUMN transcript_purged_at TIMESTAMPTZ;
ALTER TABLE conversations ADD COLUMN recordings_purged_at TIMESTAMPTZ;

CREATE TABLE retention_progress (
    kept TEXT PRIMARY KEY NOT NULL,
    done_until TIMESTAMPTZ NOT NULL
);

CREATE TABLE retention_holds (
    kept TEXT NOT NULL,
    conversation_id UUID NOT NULL REFERENCES conversations (id),
    reason TEXT NOT NULL,
    held_since TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (kept, conversation_id)
);

CREATE TABLE file_deletions (
    store_key TEXT PRIMARY KEY NOT NULL,
    ordered_at TIMESTAMPTZ NOT NULL
);
