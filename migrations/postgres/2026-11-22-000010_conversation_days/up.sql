-- On which days of a month an agent had conversations, the 1st as the lowest bit: live results need no look at the conversations themselves.
-- The same names and columns stand in migrations/sqlite.
CREATE TABLE conversation_days (
    period TEXT NOT NULL,
    agent_id UUID NOT NULL REFERENCES agents (id),
    days INTEGER NOT NULL,
    PRIMARY KEY (period, agent_id)
);
INSERT INTO conversation_days (period, agent_id, days)
SELECT period, agent_id, BIT_OR(1 << (EXTRACT(DAY FROM local_day)::integer - 1)) FROM conversations GROUP BY period, agent_id;
