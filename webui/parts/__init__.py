"""What several pages are made of: form fields, pictures, lists in pages."""
