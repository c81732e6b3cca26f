"""What people read: tables in words, and how a terminal draws them."""
