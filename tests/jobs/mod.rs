mod scheduled_draws;
