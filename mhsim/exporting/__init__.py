"""Runs in other projects' forms: every form is a module, found by its entry point."""
