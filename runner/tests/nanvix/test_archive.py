# SPDX-License-Identifier: MIT
"""A release's archive, given as it is: it is run from where it is unpacked and cleared away, and of one
that would write or lead elsewhere nothing is run and nothing is left."""

import glob
import io
import os
import shutil
import subprocess
import tarfile

import pytest

import make_sysroot

OPTIONS = ["-s", "tmp_root_sibling", "--no-controls", "--boot-budget", "30"]


def member(name, **fields):
    """An entry of an archive; a file unless `type` says otherwise."""
    entry = tarfile.TarInfo(name)
    for field, value in fields.items():
        setattr(entry, field, value)
    return entry


def link(name, target, kind=tarfile.SYMTYPE):
    return member(name, type=kind, linkname=target)


# What must not be unpacked, behind a good file; and what must be, though it looks like that.
REFUSED = {
    "up": [member("nanvix-rt/../../up")],
    "absolute": [member("/tmp/rename-oracle-absolute")],
    "link-absolute": [link("nanvix-rt/lib", "/usr/lib")],
    "link-up": [link("nanvix-rt/lib", "../../lib")],
    "link-up-behind-a-name": [link("nanvix-rt/here", "."), link("nanvix-rt/lib", "here/../../lib")],
    "through-a-link": [link("nanvix-rt/out", "bin"), member("nanvix-rt/out/file")],
    "hard-link-up": [link("nanvix-rt/lib", "../../etc/passwd", tarfile.LNKTYPE)],
    "hard-link-absolute": [link("nanvix-rt/lib", "/etc/passwd", tarfile.LNKTYPE)],
    "fifo": [member("nanvix-rt/fifo", type=tarfile.FIFOTYPE)],
    "device": [member("nanvix-rt/null", type=tarfile.CHRTYPE, devmajor=1, devminor=3)],
}
GOOD = [member("nanvix-rt/lib/python3.12", type=tarfile.DIRTYPE, mode=0o755),
        link("nanvix-rt/lib64", "./lib"), link("nanvix-rt/lib/up", "../bin"),
        link("nanvix-rt/copy", "nanvix-rt/bin/first", tarfile.LNKTYPE)]


def write_archive(path, members):
    with tarfile.open(path, "w:gz") as archive:
        first = member("nanvix-rt/bin/first", size=3, mode=0o4755)
        archive.addfile(first, io.BytesIO(b"one"))
        for one in members:
            archive.addfile(one)
    return path


@pytest.fixture(name="temporary")
def temporary_directory(oracle):
    """A TMPDIR whose content can be looked at."""
    os.mkdir(f"{oracle.scratch}/tmp")
    return f"{oracle.scratch}/tmp"


@pytest.mark.sanitize
def test_what_would_leave_the_archive_is_refused(oracle, temporary):
    environment = {**os.environ, "TMPDIR": temporary}
    for name, members in REFUSED.items():
        path = write_archive(f"{oracle.scratch}/{name}.tar.gz", members)
        code, _, errors = oracle.run("--nanvix", path, *OPTIONS, environment=environment)
        assert code == 2 and f"{name}.tar.gz" in errors and \
            ("is not unpacked" in errors or "cannot be unpacked" in errors), (name, errors)
        assert not oracle.documents() and os.listdir(temporary) == [], name
    assert not os.path.exists("/tmp/rename-oracle-absolute")
    path = write_archive(f"{oracle.scratch}/good.tar.gz", GOOD)
    code, _, errors = oracle.run("--nanvix", path, *OPTIONS, environment=environment)
    assert code == 2 and "bin/nanvixd.elf is missing" in errors, errors
    # An end that comes too early is no end.
    whole = os.path.getsize(path)
    os.truncate(path, whole // 2)
    code, _, errors = oracle.run("--nanvix", path, *OPTIONS, environment=environment)
    assert code == 2 and "good.tar.gz" in errors and os.listdir(temporary) == [], errors


def test_an_archive_is_run_as_it_comes(oracle, lay_out, temporary):
    """Its name tells the mode, the lock that names it the release; nanvixd confirms both."""
    sysroot = lay_out("sysroot", "standalone", "none", "v0.20.3", tells=False)
    archive = make_sysroot.pack(sysroot, oracle.scratch, "standalone")
    shutil.rmtree(sysroot)
    os.mkdir(f"{oracle.scratch}/.nanvix")
    make_sysroot.write_lock(f"{oracle.scratch}/.nanvix/nanvix.lock", "v0.20.3", "standalone",
                            "hosted-single")
    code, said, errors = oracle.run("--nanvix", archive, *OPTIONS,
                                    environment={**os.environ, "TMPDIR": temporary})
    assert code == 0, (said, errors)
    documents = oracle.documents()
    document = documents.pop("nanvix-standalone")
    assert document["subject"]["release"] == "v0.20.3"
    cell, = document["cells"]
    assert cell["verdict"] == "pass" and cell["launcher"]["mode"] == "standalone"
    assert cell["launcher"]["version"] == "0.20.3", cell
    for kind in ("markdown", "html", "junit", "tap"):
        report = subprocess.run([oracle.program, "report", "--format", kind, "--",
                                 *glob.glob(f"{oracle.output}/*/nanvix-standalone.json")],
                                stdout=subprocess.PIPE, text=True, check=True, timeout=60).stdout
        assert "verified in 1 of 1 cells" in report, kind
    for name in ("nanvix-hosted-single", "nanvix-hosted-multi"):
        assert "v0.20.3 was built for standalone (its name tells it)" in \
            documents[name]["cells"][0]["reason"]
    assert os.listdir(temporary) == []
    # Beside the lock of another release it is what its own name says.
    make_sysroot.write_lock(f"{oracle.scratch}/.nanvix/nanvix.lock", "v0.19.1", "hosted-multi")
    _, said, _ = oracle.run("--nanvix", archive, "-t", "native", *OPTIONS)
    assert "nanvix.lock is of another archive" in said, said
    assert f"release {make_sysroot.COMMIT}" in said
