// Parts of the page that follow what happens.
