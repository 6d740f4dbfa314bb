"""The embedded AWS endpoint: the lab network, its traffic, EC2 by moto, Logs by ourselves."""
