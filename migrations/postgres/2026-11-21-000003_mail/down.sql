DROP TABLE mail_preferences;
DROP TABLE outbox_about;
DROP TABLE outbox;
DROP TABLE webhooks;
