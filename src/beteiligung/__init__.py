"""Beteiligung: residents of a county discuss what politics has promised them."""
