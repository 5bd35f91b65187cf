"""The version of the readers: raise it when a result of theirs changes, and all mail is read again.

Import-free on purpose: a poll compares it with what the database holds.
"""

READER_VERSION = "3"
