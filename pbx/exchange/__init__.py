"""The telephone exchange itself: who may ring whom, and the stories calls tell."""
