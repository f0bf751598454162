"""The daemon: the alarm clock, the desk, the way from the outbox to the mail server. The only importer of APScheduler."""
