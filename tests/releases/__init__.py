"""Databases as released: what a city that installed that release has, and what every later one must carry over.

Each release leaves two files here: NAME.sql.xz, a dump of the demonstration with few of its readings, and NAME.json:
the keys with which it was written, and a digest of each migration. The people in it are made up, so the keys protect
nobody. How a release is cut: docs/HOUSE.md. What is done with the files: tests/faults/test_upgrade.py.
"""
