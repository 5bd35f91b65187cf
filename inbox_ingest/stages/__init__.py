"""The stages of a pass, one file each: I/O in the order that the promises demand, no rules.

collect (poll.py, collect.py) → read (read.py, reading_job.py) → file (file.py) → reply (reply.py).
Each takes what the stage before it left in the database, so a pass that dies is finished by the
next one. `pipeline.py` holds their order.
"""
