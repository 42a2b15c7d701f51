"""What is stored sealed: the only place that sees sealed bytes and what is in them."""
