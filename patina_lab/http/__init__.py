"""Front doors: parse a request, call the service once, reply."""
