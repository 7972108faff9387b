"""German text, pure: sentences, normal forms, hyphenation, search terms, readability."""
