"""Random numbers for networks."""

import torch


def drawn(*shape: int, seed: int = 0) -> torch.Tensor:
    """Normal numbers of this shape, the same for the same seed."""
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))
