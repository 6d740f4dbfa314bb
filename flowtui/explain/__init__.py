"""Why a flow was rejected: one record and the rules give one explanation. Pure."""
