"""One thin file a command: choose what to run, print what came of it."""
