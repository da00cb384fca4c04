"""Demonstration people and cases, one module an app; each has `load()`, which may run again at any time."""
