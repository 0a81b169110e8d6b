-- People at a browser: sessions that the service can end, log-in attempts that it slows down, and what each person likes to see.

CREATE TABLE sessions (
    id UUID PRIMARY KEY NOT NULL,
    user_id UUID NOT NULL REFERENCES users (id),
    secret_hash TEXT NOT NULL CONSTRAINT sessions_secret_unique UNIQUE,
    csrf TEXT NOT NULL,
    address TEXT,
    browser TEXT,
    created_at TIMESTAMPTZ NOT NULL,
    seen_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    ended_at TIMESTAMPTZ
);
CREATE INDEX sessions_of_user ON sessions (user_id, id);

-- name: `user:NAME` or `address:ADDRESS`.
CREATE TABLE login_attempts (
    name TEXT PRIMARY KEY NOT NULL,
    failures INTEGER NOT NULL,
    last_at TIMESTAMPTZ NOT NULL,
    blocked_until TIMESTAMPTZ
);

CREATE TABLE user_settings (
    user_id UUID PRIMARY KEY NOT NULL REFERENCES users (id),
    theme TEXT NOT NULL
);
