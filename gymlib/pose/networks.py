"""BlazePose's two networks, run by themselves with LiteRT.

The files are those inside MediaPipe's wheel, which is only searched for them, never imported.
"""

from importlib.util import find_spec
from pathlib import Path

import numpy as np
from jaxtyping import Float

from gymlib.pose.quiet import held_stderr

LANDMARKS = "pose_landmark/pose_landmark_full.tflite"
DETECTION = "pose_detection/pose_detection.tflite"


class NoLiteRTError(RuntimeError):
    """LiteRT is not installed; the message says what to do."""


def available() -> bool:
    """Whether LiteRT is installed; its wheels exist for fewer platforms than MediaPipe's."""
    return find_spec("ai_edge_litert") is not None


def require() -> None:
    """Raise NoLiteRTError, with what to do, if LiteRT is not installed."""
    if not available():
        raise NoLiteRTError(
            "the tracker needs LiteRT, which is not installed: pip install ai-edge-litert, or "
            "choose the extractor 'blazepose', which needs only MediaPipe"
        )


class Network:
    """One network: picture of a fixed size in, arrays out, on one processor core.

    Raises NoLiteRTError without LiteRT.
    """

    def __init__(self, name: str):
        require()
        with held_stderr():
            from ai_edge_litert.interpreter import Interpreter

            self._interpreter = Interpreter(str(_file(name)), num_threads=1)
            self._interpreter.allocate_tensors()
        self._input = self._interpreter.get_input_details()[0]["index"]
        outputs = self._interpreter.get_output_details()
        self._outputs = {detail["name"]: detail["index"] for detail in outputs}

    def run(self, pixels: Float[np.ndarray, "height width 3"]) -> None:
        """Feed one picture; its values as the network expects them."""
        self._interpreter.set_tensor(self._input, pixels[None])
        self._interpreter.invoke()

    def output(self, name: str) -> np.ndarray:
        """One result of the last run, without the axis of the batch."""
        return self._interpreter.get_tensor(self._outputs[name])[0]


def _file(name: str) -> Path:
    """A network's file inside MediaPipe's wheel, found without importing MediaPipe."""
    return Path(find_spec("mediapipe").origin).parent / "modules" / name
