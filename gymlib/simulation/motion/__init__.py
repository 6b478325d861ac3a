"""How simulated gymnasts move: physics, bodies, skills, from the first step to the last."""
