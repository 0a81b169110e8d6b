DROP TABLE user_settings;
DROP TABLE login_attempts;
DROP TABLE sessions;
