"""Who may call, and with which credentials: API keys, auth schemes, keyrings, connections."""
