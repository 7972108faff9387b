"""What the clerks of a region do: answers, status, plain words, imports. Owns no tables."""
