"""The headless core: what the screen and the commands both show, knowing neither."""
