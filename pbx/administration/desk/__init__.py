"""What every command needs: the open data folder, who asks, and how to find what they name."""
