-- SQLite would have to write the table anew for another order of the constraint's columns: nothing to do beside migrations/postgres.
SELECT 1;
