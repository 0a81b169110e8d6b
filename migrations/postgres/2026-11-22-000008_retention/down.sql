DROP TABLE file_deletions;
DROP TABLE retention_holds;
DROP TABLE retention_progress;
ALTER TABLE conversations DROP COLUMN recordings_purged_at;
ALTER TABLE conversations DROP COLUMN transcript_purged_at;
