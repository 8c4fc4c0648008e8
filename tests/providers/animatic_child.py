"""The child process of the animatic tests: `animatic_child.py JOB_DIR MODE`.

raw writes frames as they come; mp4 encodes; hold waits, after the first frame, while a file named
`hold` lies beside the jobs; die kills itself after the first frame.
"""

import os
import signal
import sys
import time
from pathlib import Path

from core.providers.animatic.child import run_job


def raw(frames, _spec, path):
    with path.open("wb") as out:
        for frame in frames:
            out.write(frame.tobytes())


def hold(frames, _spec, path):
    with path.open("wb") as out:
        for index, frame in enumerate(frames):
            out.write(frame.tobytes())
            while index == 0 and (path.parent.parent / "hold").exists():
                time.sleep(0.01)


def die(frames, _spec, path):
    path.write_bytes(next(frames).tobytes())
    os.kill(os.getpid(), signal.SIGKILL)


def mp4(frames, spec, path):
    import av

    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=spec.fps)
        stream.width, stream.height, stream.pix_fmt = spec.width, spec.height, "yuv420p"
        for frame in frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
        container.mux(stream.encode())


if __name__ == "__main__":
    sys.exit(run_job(Path(sys.argv[1]), {"raw": raw, "mp4": mp4, "hold": hold, "die": die}[sys.argv[2]]))
