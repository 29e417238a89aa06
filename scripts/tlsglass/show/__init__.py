"""How things look: figures, tables to read, captions, the page."""
