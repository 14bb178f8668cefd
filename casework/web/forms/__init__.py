"""What people are asked on pages: the shape of answers, never the rules about them."""
