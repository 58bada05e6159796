"""Whether the disk under a SQLite file is one to keep things on.

Some hosts begin with an empty disk at every start, and SQLite's log needs a disk of the machine itself.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

MOUNTS = Path("/proc/self/mountinfo")
THROWN_AWAY = frozenset({"overlay", "aufs", "tmpfs", "ramfs"})
NETWORK = frozenset(
    {"nfs", "nfs4", "cifs", "smb2", "smb3", "smbfs", "afs", "ceph", "lustre", "glusterfs", "fuse.glusterfs"}
    | {"fuse.sshfs", "fuse.s3fs", "fuse.gcsfuse", "fuse.rclone", "fuse.blobfuse2", "fuse.mountpoint-s3"}
)
ESCAPED = re.compile(r"\\([0-7]{3})")

LOST = (
    "DATABASE_URL cannot be used: {host} empties its disk at every restart,"
    " so it should be the address of a PostgreSQL database{instead}."
)
OVER_THE_NETWORK = (
    "DATABASE_URL cannot be used: its file lies on a network disk ({kind}), on which SQLite breaks."
    " It should lie on a disk of this machine, or be the address of a PostgreSQL database."
)
MAY_BE_LOST = (
    "The database lies on a disk that is lost with this container ({kind}): put it on a volume, or use"
    " PostgreSQL. COACH_DISK_IS_KEPT=yes says that it is kept all the same."
)


@dataclass(frozen=True)
class Host:
    """Where a program gets an empty disk with every start, unless a disk of its own is added."""

    variable: str
    """Set there, and nowhere else."""
    name: str
    disk: str = ""
    """How to add one; empty where there is none to be had."""


HOSTS = (
    Host("DYNO", "Heroku"),
    Host("K_SERVICE", "Cloud Run"),
    Host("GAE_INSTANCE", "App Engine"),
    Host("AWS_LAMBDA_FUNCTION_NAME", "AWS Lambda"),
    Host("VERCEL", "Vercel"),
    Host("RENDER", "Render", "name a file on a disk that is added to the service"),
    Host("RAILWAY_PROJECT_ID", "Railway", "name a file on a volume that is added to the service"),
    Host("FLY_APP_NAME", "Fly.io", "name a file on a volume that is mounted"),
    Host("COACH_IMAGE", "this container", "name a file on a volume, which belongs at /data"),
)


@dataclass(frozen=True)
class Mount:
    """A file system that is visible at `point`."""

    point: str
    kind: str

    @property
    def is_kept(self) -> bool:
        """Added on purpose, and no memory: the first one is what a container brings along."""
        return self.point != "/" and self.kind not in THROWN_AWAY


def refusal(environ: Mapping[str, str], mounts: str, file: str) -> str | None:
    """Why a SQLite file must not lie there; None if it may. `mounts` is the text of /proc/self/mountinfo."""
    mount = mount_of(mounts, file)
    if mount is not None and mount.kind in NETWORK:
        return OVER_THE_NETWORK.format(kind=mount.kind)
    host = next((one for one in HOSTS if environ.get(one.variable)), None)
    if host is None or (host.disk and mount is not None and mount.is_kept):
        return None
    return LOST.format(host=host.name, instead=f", or {host.disk}" if host.disk else "")


def warning(mounts: str, file: str) -> str | None:
    """What to say where it is only likely that the file will be lost."""
    mount = mount_of(mounts, file)
    return MAY_BE_LOST.format(kind=mount.kind) if mount and mount.kind in THROWN_AWAY else None


def mount_of(mounts: str, file: str) -> Mount | None:
    """The file system on which an absolute path lies; of several at one place the last one is on top."""
    read = [_read(line) for line in mounts.splitlines()]
    above = [mount for mount in reversed(read) if mount and _lies_under(file, mount.point)]
    return max(above, key=lambda mount: len(mount.point), default=None)


def _read(line: str) -> Mount | None:
    place, _, kind = line.partition(" - ")
    parts = place.split()
    if len(parts) < 5 or not kind:
        return None
    return Mount(ESCAPED.sub(lambda found: chr(int(found[1], 8)), parts[4]), kind.split()[0])


def _lies_under(file: str, point: str) -> bool:
    return point == "/" or file == point or file.startswith(f"{point}/")


def refusal_here(database_url: str) -> str | None:
    """The same for a database of this machine; None for one on a server."""
    file = _file(database_url)
    return refusal(os.environ, _mounts(), file) if file else None


def warning_here(database_url: str) -> str | None:
    file = _file(database_url)
    return warning(_mounts(), file) if file else None


def _file(database_url: str) -> str | None:
    from sqlalchemy import make_url  # half of a second, which help and refusals do without

    url = make_url(database_url)
    return os.path.realpath(url.database) if url.drivername == "sqlite" and url.database else None


def _mounts() -> str:
    try:
        return MOUNTS.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return ""  # on other systems than Linux nothing is known
