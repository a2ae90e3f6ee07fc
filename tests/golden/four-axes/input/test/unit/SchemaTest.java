class SchemaTest {}
