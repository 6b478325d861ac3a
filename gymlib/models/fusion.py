"""Skeleton and picture in one network (early fusion), and the picture alone (for late fusion).

Both are :mod:`gymlib.models.gymtcn` with other inputs. A network of its own for movement in the
picture, whose answers are averaged with those of another, is that of Simonyan and Zisserman (2014).
They show it ten frames of dense flow; these see the flow around the body cell by cell
(:mod:`gymlib.features.picture`), over as many frames as their stages reach, because a data set has
few clips and every frame has a label. Early and late fusion are told apart as by Snoek et al.
(2005), "Early versus late fusion in semantic video analysis".

Recipes of data sets that have films; :mod:`gymlib.evaluation.fusion` registers and runs them.
"""

from dataclasses import dataclass, replace

import torch
from jaxtyping import Float

from gymlib.features.picture.augmentation import vary_both, vary_picture
from gymlib.features.picture.motion import FEATURES, describe_picture
from gymlib.features.picture.points import split
from gymlib.models import gymtcn
from gymlib.models.gymtcn import GymTCN, GymTCNConfig


@dataclass(frozen=True)
class FusionConfig(GymTCNConfig):
    """As of the network of skeletons."""

    @property
    def inputs(self) -> int:
        """Features per frame; the last says whether there is a picture."""
        return super().inputs + FEATURES + 1


class FusionTCN(GymTCN):
    """Sees keypoints and, where a clip carries it, the picture: points (frames, 33 or 54, 2)."""

    def _features(self, points) -> Float[torch.Tensor, "frames features"]:
        body, seen = split(points)
        there = seen.shape[1] > 0
        picture = describe_picture(seen) if there else body.new_zeros(len(body), FEATURES)
        told = body.new_full((len(body), 1), float(there))
        return torch.cat([super()._features(body), picture, told], dim=1)


@dataclass(frozen=True)
class PictureConfig(GymTCNConfig):
    """As of the network of skeletons; ``mask`` and ``near`` are about keypoints."""

    mask: bool = False
    near: bool = False

    @property
    def inputs(self) -> int:
        """Features per frame."""
        return FEATURES


class PictureTCN(GymTCN):
    """Sees the picture that a clip carries: points (frames, 54, 2)."""

    def _features(self, points) -> Float[torch.Tensor, "frames features"]:
        seen = split(points)[1]
        if not seen.shape[1]:
            raise ValueError(
                "expected clips that carry the picture, found keypoints alone; make them with "
                "features.picture.clips"
            )
        return describe_picture(seen)


EARLY = replace(
    gymtcn.RECIPE,
    name="fusion",
    title="Early fusion",
    module=FusionTCN,
    config=FusionConfig(),
    source="Snoek et al. (2005); Neverova et al. (2016), arXiv:1501.00102; GymTCN",
    augment=vary_both,
)
PICTURE = replace(
    gymtcn.RECIPE,
    name="picture",
    title="Picture alone",
    module=PictureTCN,
    config=PictureConfig(),
    source="Simonyan and Zisserman (2014), arXiv:1406.2199, temporal stream; GymTCN",
    augment=vary_picture,
)
RECIPES = (EARLY, PICTURE)
