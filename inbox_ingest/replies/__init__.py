"""Answers to senders: what to say, whether to say it, the outbox, and SMTP."""
