"""Reads a call-for-papers mailbox, checks every submission, and tells where the call stands."""
