"""What a service of ours tells systemd, and gives back to the kernel."""
