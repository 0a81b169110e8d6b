-- On which days of a month an agent had conversations, the 1st as the lowest bit: live results need no look at the conversations themselves.
-- The same names and columns stand in migrations/postgres.
CREATE TABLE conversation_days (
    period TEXT NOT NULL,
    agent_id BLOB NOT NULL REFERENCES agents (id),
    days INTEGER NOT NULL,
    PRIMARY KEY (period, agent_id)
) WITHOUT ROWID;
INSERT INTO conversation_days (period, agent_id, days)
SELECT period, agent_id, SUM(DISTINCT 1 << (CAST(substr(local_day, 9, 2) AS INTEGER) - 1)) FROM conversations GROUP BY period, agent_id;
