"""The page: templates, style, one small script of our own. Server-rendered; works without JavaScript."""
