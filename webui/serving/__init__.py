"""The web server: connections, threads, TLS, and who may come in at all."""
