"""What the harness costs beside the libraries that it calls: one benchmark a file."""
