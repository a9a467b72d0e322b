"""How processes begin, and what they have from each other."""
