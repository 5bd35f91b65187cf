"""A case and a campaign become issues: one small function a rule, a table of them, one engine."""
