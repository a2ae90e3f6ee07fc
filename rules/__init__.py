"""The build rules: one file a stage. Each declares inputs, key and output of its actions and calls one pure function."""
