"""The image, booted and tried from outside."""
