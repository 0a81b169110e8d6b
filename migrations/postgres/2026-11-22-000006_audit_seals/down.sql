DROP TABLE audit_seals;
DROP INDEX audit_seq_unique;
ALTER TABLE audit DROP COLUMN seq;
DROP SEQUENCE audit_seq;
