"""Where a SQLite file may lie, told from a host's variables and its table of mounts."""

import pytest

from service.disks import HOSTS, Host, Mount, mount_of, refusal, warning

ROOT = "27 1 254:0 / / rw,relatime - ext4 /dev/vda rw"
OVERLAY = "642 577 0:53 / / rw,relatime master:225 - overlay overlay rw,lowerdir=/a:/b,upperdir=/c"
PROC = "643 642 0:56 / /proc rw,nosuid - proc proc rw"
VOLUME = "700 642 254:1 /volumes/coach/_data /data rw,relatime - ext4 /dev/vda1 rw"
MEMORY = "701 642 0:60 / /tmp rw,nosuid - tmpfs tmpfs rw"
SHARE = "702 642 0:61 / /mnt/share rw,relatime shared:5 - nfs4 server:/export rw,vers=4.2"
NAMED = r"703 642 254:2 / /mnt/with\040blank rw - xfs /dev/vdc rw"
CONTAINER = "\n".join([OVERLAY, PROC, VOLUME, MEMORY, SHARE, NAMED])


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("/app/coach.db", Mount("/", "overlay")),
        ("/data/coach.db", Mount("/data", "ext4")),
        ("/data2/coach.db", Mount("/", "overlay")),
        ("/data", Mount("/data", "ext4")),
        ("/tmp/coach.db", Mount("/tmp", "tmpfs")),  # noqa: S108 - a place in the table
        ("/mnt/with blank/coach.db", Mount("/mnt/with blank", "xfs")),
    ],
)
def test_a_file_lies_on_the_mount_that_is_nearest_to_it(file: str, expected: Mount) -> None:
    assert mount_of(CONTAINER, file) == expected


def test_of_two_mounts_at_one_place_the_last_one_is_on_top() -> None:
    assert mount_of(f"{CONTAINER}\n704 700 0:70 / /data rw - tmpfs tmpfs rw", "/data/coach.db") == Mount(
        "/data", "tmpfs"
    )


@pytest.mark.parametrize("mounts", ["", "what is this\n\n- -\n", "27 1 254:0 / /\n"])
def test_a_table_that_says_nothing_forbids_nothing(mounts: str) -> None:
    assert mount_of(mounts, "/app/coach.db") is None
    assert refusal({}, mounts, "/app/coach.db") is None
    assert warning(mounts, "/app/coach.db") is None


@pytest.mark.parametrize("host", HOSTS, ids=lambda host: host.name)
def test_hosts_that_empty_their_disk_need_a_volume_or_postgresql(host: Host) -> None:
    environ = {host.variable: "1"}
    on_a_volume = refusal(environ, CONTAINER, "/data/coach.db")
    assert (on_a_volume is None) is bool(host.disk)
    for mounts, file in ((CONTAINER, "/app/coach.db"), (ROOT, "/app/coach.db"), ("", "/app/coach.db")):
        said = refusal(environ, mounts, file)
        assert said is not None
        assert host.name in said
        assert "PostgreSQL" in said


def test_memory_that_is_mounted_is_no_volume() -> None:
    assert refusal({"RENDER": "true"}, CONTAINER, "/tmp/coach.db")  # noqa: S108 - a place in the table


def test_an_empty_variable_says_nothing() -> None:
    assert refusal({"DYNO": ""}, CONTAINER, "/app/coach.db") is None


def test_a_network_disk_is_refused_everywhere() -> None:
    said = refusal({}, CONTAINER, "/mnt/share/coach.db")
    assert said is not None
    assert "nfs4" in said


@pytest.mark.parametrize(
    ("file", "warned"),
    [("/app/coach.db", True), ("/tmp/coach.db", True), ("/data/coach.db", False), ("/mnt/share/c.db", False)],  # noqa: S108
)
def test_a_container_of_ones_own_is_warned(file: str, warned: bool) -> None:
    assert refusal({}, CONTAINER, file) is None or "network" in str(refusal({}, CONTAINER, file))
    assert (warning(CONTAINER, file) is not None) is warned


def test_a_machine_with_a_disk_of_its_own_is_left_in_peace() -> None:
    assert refusal({}, ROOT, "/srv/coach/coach.db") is None
    assert warning(ROOT, "/srv/coach/coach.db") is None
