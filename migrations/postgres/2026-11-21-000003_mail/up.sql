-- Mail and webhooks. The same names and columns stand in migrations/sqlite; only the types' names differ.

-- events: words separated by blanks. secret signs each delivery, so it is stored as it is.
CREATE TABLE webhooks (
    id UUID PRIMARY KEY NOT NULL,
    name TEXT NOT NULL,
    url TEXT NOT NULL,
    secret TEXT NOT NULL,
    events TEXT NOT NULL,
    active BOOLEAN NOT NULL,
    version INTEGER NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    archived_at TIMESTAMPTZ
);

-- What is to leave the service, written in the transaction of the fact that it tells of.
-- state: held (for the digest), gathered (into a digest), queued, claimed (by holder until lease_until; nothing has left),
-- sending (handed over; unknown until answered), sent, unsure (handed over, and nobody heard the answer), dead.
CREATE TABLE outbox (
    id UUID PRIMARY KEY NOT NULL,
    channel TEXT NOT NULL,
    kind TEXT NOT NULL,
    user_id UUID REFERENCES users (id),
    agent_id UUID REFERENCES agents (id),
    webhook_id UUID REFERENCES webhooks (id),
    address TEXT,
    language TEXT NOT NULL,
    params TEXT NOT NULL,
    dedupe TEXT NOT NULL CONSTRAINT outbox_dedupe_unique UNIQUE,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    queued_at TIMESTAMPTZ NOT NULL,
    next_at TIMESTAMPTZ NOT NULL,
    holder TEXT,
    lease_until TIMESTAMPTZ,
    handed_at TIMESTAMPTZ,
    message_id TEXT,
    last_error TEXT,
    gathered_in UUID REFERENCES outbox (id),
    created_at TIMESTAMPTZ NOT NULL,
    sent_at TIMESTAMPTZ
);
CREATE INDEX outbox_due ON outbox (state, channel, next_at, id);
CREATE INDEX outbox_handed ON outbox (handed_at);
CREATE INDEX outbox_of_user ON outbox (user_id, state);

-- What a message tells of, so that a later change finds who heard the first version.
CREATE TABLE outbox_about (
    object_kind TEXT NOT NULL,
    object_id TEXT NOT NULL,
    outbox_id UUID NOT NULL REFERENCES outbox (id),
    PRIMARY KEY (object_kind, object_id, outbox_id)
);

CREATE TABLE mail_preferences (
    user_id UUID NOT NULL REFERENCES users (id),
    topic TEXT NOT NULL,
    frequency TEXT NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (user_id, topic)
);
