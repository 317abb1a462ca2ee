"""British English, the language of all our pages."""
