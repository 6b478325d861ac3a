"""Small grey pictures in which every place can be told from every other."""

import cv2
import numpy as np

HEIGHT, WIDTH = 90, 160


def texture(seed=0, height=2 * HEIGHT, width=2 * WIDTH):
    """Soft random spots, larger than the picture, so that it can be cut from other places."""
    noise = np.random.default_rng(seed).normal(0, 1, (height, width)).astype(np.float32)
    spots = cv2.GaussianBlur(noise, (0, 0), 2.5)
    return np.clip(128 + 40 * spots / spots.std(), 0, 255)


def seen(world, matrix=((1, 0, 40), (0, 1, 40))):
    """The picture whose pixel p shows the world at ``matrix`` p."""
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(world, np.float64(matrix), (WIDTH, HEIGHT), flags=flags).astype(np.uint8)
