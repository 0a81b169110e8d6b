-- Whatever a draw reads of a conversation stands in the index, unless the plan asks for queues or attributes.
DROP INDEX conversations_of_period;
CREATE INDEX conversations_of_period ON conversations (period, agent_id, id, local_day, channel, duration_ms, satisfaction, recordings);
