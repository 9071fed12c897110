"""Pages for readers: the interactive one, the report of a run, the gallery."""
