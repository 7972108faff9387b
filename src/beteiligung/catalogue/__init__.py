"""The catalogue: regions, documents and the commitments they state."""
