"""The Bürgerrat: drawn by lot, seated for a term, writing recommendations."""
