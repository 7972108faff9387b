"""Regions (counties and cities), their municipalities and committees."""
