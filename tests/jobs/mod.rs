mod outbox;
mod scheduled_draws;
mod smtp;
mod webhooks;
