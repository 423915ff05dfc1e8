"""Widgets that pages share, and the things of which a server has one."""
