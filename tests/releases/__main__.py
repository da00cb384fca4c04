"""Keep the database of a demonstration as that of a release: `python3 -m tests.releases NAME DATA`.

`DATA` is the data directory of `manage.py up`, which may run or not. Standard library only: `manage.py` brings Django.
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def main(name: str, data: str) -> int:
    code = f"from tests.releases.keeping import keep; print(keep({name!r}))"
    argv = [sys.executable, str(ROOT / "manage.py"), "shell", "--verbosity", "0", "-c", code]
    env = os.environ | {"PORTAL_DATA": str(Path(data).resolve())}
    return subprocess.run(argv, env=env, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
