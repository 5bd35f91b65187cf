"""What the program knows: tables, the pure assembly of cases, the SQL, and quick views."""
