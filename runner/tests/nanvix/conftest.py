# SPDX-License-Identifier: MIT
import pytest

import make_sysroot
import private_mounts as mounts
from support import needs


@pytest.fixture
def lay_out(oracle, build):
    """Lays out a double of a sysroot by its name and mode, see make_sysroot.lay_out. When the test is
    over nothing may run that came out of one."""
    for program in ("linux.uml", "mkfs.fat", "mcopy"):
        needs.program(program)

    def make(name, mode, fault="none", release=None, **options):
        if mode.startswith("hosted"):
            mounts.need_hosted()
        return make_sysroot.lay_out(f"{oracle.scratch}/{name}", build.path, mode, fault, release,
                                    **options)
    yield make
    assert not mounts.wait_until_gone(oracle.scratch, 5)
