-- The lines of the audit log get a number in the order of their writing, and blocks of them are sealed in a chain of hashes.
-- The same names and columns stand in migrations/sqlite.

CREATE SEQUENCE audit_seq;
ALTER TABLE audit ADD COLUMN seq BIGINT NOT NULL DEFAULT 0;
ALTER TABLE audit DISABLE TRIGGER audit_only_grows;
UPDATE audit SET seq = numbered.seq FROM (SELECT id, row_number() OVER (ORDER BY id) AS seq FROM audit) AS numbered WHERE numbered.id = audit.id;
ALTER TABLE audit ENABLE TRIGGER audit_only_grows;
ALTER TABLE audit ALTER COLUMN seq DROP DEFAULT;
SELECT setval('audit_seq', (SELECT COALESCE(MAX(seq), 0) + 1 FROM audit), false);
CREATE UNIQUE INDEX audit_seq_unique ON audit (seq);

CREATE TABLE audit_seals (
    number BIGINT PRIMARY KEY NOT NULL,
    upto BIGINT NOT NULL,
    lines BIGINT NOT NULL,
    hash TEXT NOT NULL,
    sealed_at TIMESTAMPTZ NOT NULL
);
CREATE TRIGGER audit_seals_only_grows BEFORE UPDATE OR DELETE ON audit_seals FOR EACH ROW EXECUTE FUNCTION only_grows();
CREATE TRIGGER audit_seals_not_emptied BEFORE TRUNCATE ON audit_seals FOR EACH STATEMENT EXECUTE FUNCTION only_grows();
