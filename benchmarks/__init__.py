"""The figures that flowtui promises, each measured beside its peer in one run."""
