"""The public pages, feeds and open data. Owns no tables."""
