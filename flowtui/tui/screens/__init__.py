"""The screens: the monitor, and what opens over it."""
