ALTER TABLE samples DROP CONSTRAINT samples_conversation_unique;
CREATE INDEX samples_of_conversation ON samples (conversation_id);
ALTER TABLE samples ADD CONSTRAINT samples_conversation_unique UNIQUE (draw_id, conversation_id);
