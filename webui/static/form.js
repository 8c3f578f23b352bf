// The bar with "Save changes".
