"""What the user typed -> Query: criteria, terms, remarks."""
