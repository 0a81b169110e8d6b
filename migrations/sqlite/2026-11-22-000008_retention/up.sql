-- What was said is deleted after its time: when it was, how far a run has come, what it held, and which files are still to be deleted.
-- The same names and columns stand in migrations/postgres.

ALTER TABLE conversations ADD COLUMN transcript_purged_at BIGINT;
ALTER TABLE conversations ADD COLUMN recordings_purged_at BIGINT;

CREATE TABLE retention_progress (
    kept TEXT PRIMARY KEY NOT NULL,
    done_until BIGINT NOT NULL
);

CREATE TABLE retention_holds (
    kept TEXT NOT NULL,
    conversation_id BLOB NOT NULL REFERENCES conversations (id),
    reason TEXT NOT NULL,
    held_since BIGINT NOT NULL,
    PRIMARY KEY (kept, conversation_id)
);

CREATE TABLE file_deletions (
    store_key TEXT PRIMARY KEY NOT NULL,
    ordered_at BIGINT NOT NULL
);
