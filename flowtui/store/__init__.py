"""The bounded columnar store of flow records, kept hits, series and summaries."""
