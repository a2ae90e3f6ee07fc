"""`policy/conventions`: mistakes that every pipeline may make and none means."""
