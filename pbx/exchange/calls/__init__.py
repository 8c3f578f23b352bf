"""What a call is made of: its legs, who guides them, phones that ring, and what it came to."""
