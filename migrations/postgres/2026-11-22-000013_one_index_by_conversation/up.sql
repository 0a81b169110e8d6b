-- One index says that a draw picks no conversation twice and finds the samples of a conversation: two had to be written for each sample.
ALTER TABLE samples DROP CONSTRAINT samples_conversation_unique;
DROP INDEX samples_of_conversation;
ALTER TABLE samples ADD CONSTRAINT samples_conversation_unique UNIQUE (conversation_id, draw_id);
