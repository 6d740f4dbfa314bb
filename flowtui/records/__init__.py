"""What a flow record is: its fields, its formats, and the way from lines to typed columns and back."""
