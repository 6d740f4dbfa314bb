"""What a VPC is: one frozen model with look-ups by address, identifier and time."""
