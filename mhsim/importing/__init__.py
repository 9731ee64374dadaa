"""Other projects' files, read as they are: every format is a module, found by its entry point."""
