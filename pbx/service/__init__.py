"""What programs of ours tell systemd, give back to the kernel, and load only when it is needed."""
