mod outbox;
mod smtp;
mod webhooks;
