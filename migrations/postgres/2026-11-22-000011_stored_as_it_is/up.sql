-- Populations are ids and transcripts are packed already: PostgreSQL need not try to compress them once more.
ALTER TABLE draw_agents ALTER COLUMN population SET STORAGE EXTERNAL;
ALTER TABLE transcripts ALTER COLUMN content SET STORAGE EXTERNAL;
