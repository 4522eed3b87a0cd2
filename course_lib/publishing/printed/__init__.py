"""Lessons for a wall and for paper: slides that a browser shows, a book that a browser prints."""
