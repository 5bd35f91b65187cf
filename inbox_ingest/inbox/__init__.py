"""Where mail comes from: IMAP mailboxes and local folders, behind one small protocol."""
