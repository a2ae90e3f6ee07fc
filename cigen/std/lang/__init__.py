"""Languages: `lang/ruby`, `lang/node`, `lang/python`, and what the three do alike."""
