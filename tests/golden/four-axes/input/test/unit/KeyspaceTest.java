class KeyspaceTest {}
