DROP INDEX conversations_of_period;
CREATE INDEX conversations_of_period ON conversations (period, agent_id, id, local_day);
