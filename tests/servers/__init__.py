"""Real servers on loopback for the tests: pymap, Dovecot, a faulty line, a scripted liar."""
