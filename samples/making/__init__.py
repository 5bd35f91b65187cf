"""The workshop in which the sample mails are made: documents, stamped pages, mail clients."""
