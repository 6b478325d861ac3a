"""What is particular to the thesis: its published figures, its claims, the recovered clips."""
