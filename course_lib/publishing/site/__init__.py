"""The course as a website: one Sphinx project per language, whole without the net."""

from course_lib.publishing.site.building import build

__all__ = ["build"]
