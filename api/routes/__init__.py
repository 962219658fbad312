"""One file per subject; each route translates and calls one thing."""
