"""Bytes become a `Reading`: the mail side, the document readers, and the records made of them."""
