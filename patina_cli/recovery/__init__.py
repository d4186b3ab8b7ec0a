"""A notebook whose file is lost or broken, from what else there is of it. No server is needed."""
