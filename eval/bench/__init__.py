"""Speed, load and quality measurements, each a command of headwater bench."""
