mod outbox;
mod scheduled_draws;
mod smtp;
mod smtp_away;
mod webhooks;
