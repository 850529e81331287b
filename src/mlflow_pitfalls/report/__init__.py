"""Outcomes to what a person reads: HTML, Markdown, pictures, terminal and notebook."""
