"""CV file -> text, in a child process with limits."""
