"""The daemon: alarm clock, desk, and the way from the outbox to the mail server. Only here is APScheduler imported."""
