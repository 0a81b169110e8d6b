-- The lines of the audit log get a number in the order of their writing, and blocks of them are sealed in a chain of hashes.
-- The same names and columns stand in migrations/postgres.

DROP TRIGGER audit_never_updated;
ALTER TABLE audit ADD COLUMN seq BIGINT NOT NULL DEFAULT 0;
UPDATE audit SET seq = numbered.seq FROM (SELECT id, row_number() OVER (ORDER BY id) AS seq FROM audit) AS numbered WHERE numbered.id = audit.id;
CREATE UNIQUE INDEX audit_seq_unique ON audit (seq);
CREATE TRIGGER audit_never_updated BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'audit only grows'); END;

CREATE TABLE audit_seals (
    number BIGINT PRIMARY KEY NOT NULL,
    upto BIGINT NOT NULL,
    lines BIGINT NOT NULL,
    hash TEXT NOT NULL,
    sealed_at BIGINT NOT NULL
);
CREATE TRIGGER audit_seals_never_updated BEFORE UPDATE ON audit_seals BEGIN SELECT RAISE(ABORT, 'audit_seals only grows'); END;
CREATE TRIGGER audit_seals_never_deleted BEFORE DELETE ON audit_seals BEGIN SELECT RAISE(ABORT, 'audit_seals only grows'); END;
