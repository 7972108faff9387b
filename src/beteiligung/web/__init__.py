"""What every page needs: rendering, forms, the page cache, limits, small Markdown."""
