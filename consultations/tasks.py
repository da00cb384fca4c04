"""Celery entry points: find the due rows, call the action for each."""
