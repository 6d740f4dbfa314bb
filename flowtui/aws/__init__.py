"""Fulfils `flowtui.monitor.outside` with boto3."""
