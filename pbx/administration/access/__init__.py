"""Who may come in: logins, sessions, invitations, codes, the certificate."""
