"""Link the built browser half into the virtual environment, so that a rebuild is seen at once."""

import shutil
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
BUILT = HERE / "patina_lab" / "labextension"
INSTALLED = Path(sys.prefix) / "share" / "jupyter" / "labextensions" / "patina-lab"


def main() -> None:
    """Replace what pip installed by a link; keep a copy where links cannot be made."""
    if INSTALLED.is_symlink():
        INSTALLED.unlink()
    elif INSTALLED.exists():
        shutil.rmtree(INSTALLED)
    INSTALLED.parent.mkdir(parents=True, exist_ok=True)
    try:
        INSTALLED.symlink_to(BUILT, target_is_directory=True)
    except OSError:
        shutil.copytree(BUILT, INSTALLED)
    shutil.copy2(HERE / "install.json", BUILT / "install.json")


if __name__ == "__main__":
    main()
