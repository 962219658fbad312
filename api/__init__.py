"""DOORS. HTTP, web page, command line. Decides nothing."""
