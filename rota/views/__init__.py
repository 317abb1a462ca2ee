"""The pages of rotas, a file a page."""
