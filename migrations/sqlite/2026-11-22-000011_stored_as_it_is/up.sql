-- SQLite compresses nothing of itself: nothing to do beside migrations/postgres.
SELECT 1;
