"""CV and record text -> facts with spans."""
