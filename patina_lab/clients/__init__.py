"""What goes between the server and those who follow its documents."""
