"""What authors write, as models; knows nothing of files or of what happens in a session."""
