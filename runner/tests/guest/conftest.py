# SPDX-License-Identifier: MIT
import pytest

from support.build import SOURCE
from support.vm import Vm


def boots(target):
    @pytest.fixture(name=target.replace("-", "_"))
    def vm(build):
        with Vm(SOURCE / f"runner/targets/{target}.json", build.library) as made:
            yield made
    return vm


uml_fat = boots("uml-fat")
uml_hostfs = boots("uml-hostfs")
