"""Resolutions: what the Kreistag or its committees did with a report, a recommendation or a commitment."""
