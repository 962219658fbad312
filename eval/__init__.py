"""MEASURE AND PRACTISE. Runs the very engine a user gets. Serving never imports it."""
