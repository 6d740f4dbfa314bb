"""Values to cells: pure functions from what the core knows to styled text. No widgets."""
