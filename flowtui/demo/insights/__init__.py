"""CloudWatch Logs Insights: an interpreter of its query language, and the calls that run queries."""
