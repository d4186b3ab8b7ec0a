"""Link the built browser half into the virtual environment, so that a rebuild is seen at once."""

import shutil
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
BUILT = HERE / "patina_lab" / "labextension"
INSTALLED = Path(sys.prefix) / "share" / "jupyter" / "labextensions" / "patina-lab"


def main() -> None:
    """Replace what pip installed by links; keep copies where links cannot be made."""
    if INSTALLED.is_symlink():
        INSTALLED.unlink()
    elif INSTALLED.exists():
        shutil.rmtree(INSTALLED)
    INSTALLED.mkdir(parents=True)
    # One by one: install.json is no product of the build, and would be there twice for pip.
    (BUILT / "install.json").unlink(missing_ok=True)
    for path in (*sorted(BUILT.iterdir()), HERE / "install.json"):
        link(path, INSTALLED / path.name)


def link(path: Path, place: Path) -> None:
    """Make `place` stand for `path`."""
    try:
        place.symlink_to(path, target_is_directory=path.is_dir())
    except OSError:
        if path.is_dir():
            shutil.copytree(path, place)
        else:
            shutil.copy2(path, place)


if __name__ == "__main__":
    main()
