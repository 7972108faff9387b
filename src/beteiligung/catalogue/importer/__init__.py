"""From a county's document to candidates for commitments: read, segment, recognise."""
