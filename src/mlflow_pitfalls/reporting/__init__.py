"""Outcomes to what people read: HTML page, Markdown note, pictures, terminal table, notebook repr, and log items."""
