"""How simulated gymnasts look: bodies, clothes, rooms, light, camera."""
