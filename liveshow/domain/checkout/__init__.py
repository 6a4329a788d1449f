"""From holds to orders: the cart, and payments that are opened, closed and settled."""
