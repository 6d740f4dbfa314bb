"""The filter language: its tree and its engines."""
