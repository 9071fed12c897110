"""Files as text and as plain data: bounded readers of YAML and JSON, with places in the file."""
