DROP TABLE conversation_days;
