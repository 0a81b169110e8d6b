-- SQLite looks up a foreign key for next to nothing, and would have to write the table anew: nothing to do beside migrations/postgres.
SELECT 1;
