"""Views of the casebook for people and scripts; no rules live here."""
