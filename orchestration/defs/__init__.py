"""The asset graph in four parts: landing, warehouse, release, automation."""
