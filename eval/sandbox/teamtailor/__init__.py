"""The Teamtailor API v1 over an account of the made-up world."""
