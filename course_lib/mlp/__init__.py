"""What a network computes and how it learns: everything chapter 02 uses."""
