"""Insight: what people said and who they are, with the uncertainty a council can rely on."""
